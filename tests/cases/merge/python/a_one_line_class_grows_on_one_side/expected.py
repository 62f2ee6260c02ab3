class A:
    y = 2


x = 2
