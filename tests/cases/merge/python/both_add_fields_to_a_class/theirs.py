class A:
    x: int = 1
    z: int = 3
