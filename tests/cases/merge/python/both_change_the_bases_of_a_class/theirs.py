class A(B, D):
    pass
