describe('a box', function() {
  it('opens', function() {
    if(a) { b(); }
    check(1);
  });
});
