class A:
    """A."""

    def m(self):
        return 10

    def n(self):
        return 20
