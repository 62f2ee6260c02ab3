class A:
    @property
    def x(self):
        return self._x

    @property
    def y(self):
        return 0
