from a import c

c()
