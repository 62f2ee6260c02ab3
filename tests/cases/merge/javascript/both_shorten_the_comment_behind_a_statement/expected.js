const count = read(
  "a", // this or that
  2,
<<<<<<< ours
); // these and those
=======
); // these
>>>>>>> theirs
