const count = read(
  "a", // this or that
  2,
); // these and those
