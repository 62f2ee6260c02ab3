const text = `1
two
3`;
