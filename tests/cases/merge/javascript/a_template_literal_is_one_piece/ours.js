const text = `1
two
three`;
