const prices = {
  pear: 1,
};
