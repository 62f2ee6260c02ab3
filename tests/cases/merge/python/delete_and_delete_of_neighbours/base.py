a()
b()
c()
d()
