const text = `one
two
3`;
