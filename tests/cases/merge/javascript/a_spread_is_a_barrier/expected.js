const prices = {
  ...usual,
  pear: 1,
<<<<<<< ours
  plum: 2,
=======
  ...special,
>>>>>>> theirs
};
