describe('a box', function () {
  it('opens', async function() {
    if (a) {
      b();
    }
    check(2);
  });
});
