const prices = {
  ...usual,
  pear: 1,
  ...special,
};
