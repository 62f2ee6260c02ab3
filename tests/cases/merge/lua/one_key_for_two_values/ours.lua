local names = {
  a = 'one',
  d = 'x',
  b = 'two',
  c = 'three',
}
