open(a);
