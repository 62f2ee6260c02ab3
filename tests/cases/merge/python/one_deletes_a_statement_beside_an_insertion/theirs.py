a()
b()
n()
c()
