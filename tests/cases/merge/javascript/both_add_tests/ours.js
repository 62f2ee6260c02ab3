describe('a box', function () {
  it('opens', function () {
    check(1);
  });

  it('closes', function () {
    check(2);
  });
});
