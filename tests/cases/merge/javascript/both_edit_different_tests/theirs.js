describe('a box', () => {
  it('opens', () => {
    check(1);
  });

  it('closes', () => {
    check(20);
  });
});
