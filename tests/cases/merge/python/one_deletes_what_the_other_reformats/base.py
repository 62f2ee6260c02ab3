X = 1
d = dict(a=1, b=2)
Y = 3
