const text = `one
two
three`;
