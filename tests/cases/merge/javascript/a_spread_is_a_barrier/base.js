const prices = {
  ...usual,
  pear: 1,
};
