class A: pass


x = 2
