class A(B):
    x = 2
