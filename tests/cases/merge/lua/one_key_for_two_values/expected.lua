local names = {
  a = 'one',
<<<<<<< ours
  d = 'x',
  b = 'two',
  c = 'three',
=======
  b = 'two',
  c = 'three',
  d = 'y',
>>>>>>> theirs
}
