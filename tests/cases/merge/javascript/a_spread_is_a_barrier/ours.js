const prices = {
  ...usual,
  pear: 1,
  plum: 2,
};
