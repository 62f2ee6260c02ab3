local names = {
  a = 'one',
  b = 'two',
  c = 'three',
}
