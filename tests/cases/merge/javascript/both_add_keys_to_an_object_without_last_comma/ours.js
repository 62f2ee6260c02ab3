const prices = {
  pear: 1,
  plum: 2
};
