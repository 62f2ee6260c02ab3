open(a, c);
