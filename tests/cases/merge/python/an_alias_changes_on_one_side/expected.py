from a import b as x, c, d
