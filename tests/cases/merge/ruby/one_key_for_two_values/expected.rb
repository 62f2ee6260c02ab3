NAMES = {
  1 => 'one',
<<<<<<< ours
  4 => 'x',
=======
  4 => 'y',
>>>>>>> theirs
  2 => 'two',
  3 => 'three',
}.freeze
