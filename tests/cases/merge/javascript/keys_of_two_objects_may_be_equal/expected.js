const a = {
  one: 1,
  three: [],
  two: 5,
};

const b = {
  one: 1,
  two: 6,
  three: {},
};
