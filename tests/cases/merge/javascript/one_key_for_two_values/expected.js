const names = {
  1: 'one',
<<<<<<< ours
  'end': 'x',
=======
  'end': 'y',
>>>>>>> theirs
  2: 'two',
  3: 'three',
};
