open(a, b);
