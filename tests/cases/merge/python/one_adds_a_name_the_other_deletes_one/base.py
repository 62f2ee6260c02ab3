from a import b, c

c()
