const prices = {
  pear: 1,
  fig: 3,
};
