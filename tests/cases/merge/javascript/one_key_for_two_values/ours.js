const names = {
  1: 'one',
  'end': 'x',
  2: 'two',
  3: 'three',
};
