describe('a box', function () {
  it('opens', function () {
    check(1);
  });
});
