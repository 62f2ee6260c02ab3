describe('a box', () => {
  it('opens', () => {
    check(10);
  });

  it('shuts', () => {
    check(2);
  });
});
