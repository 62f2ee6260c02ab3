NAMES = {
  1 => 'one',
  4 => 'x',
  2 => 'two',
  3 => 'three',
}.freeze
