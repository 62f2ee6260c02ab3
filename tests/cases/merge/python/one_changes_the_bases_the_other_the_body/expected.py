class A(B, C):
    x = 2
