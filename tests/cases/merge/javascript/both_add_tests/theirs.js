describe('a box', function () {
  it('opens', function () {
    check(1);
  });

  it('is red', function () {
    check(3);
  });
});
