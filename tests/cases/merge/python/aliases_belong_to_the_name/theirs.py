from a import b as c, f as g
