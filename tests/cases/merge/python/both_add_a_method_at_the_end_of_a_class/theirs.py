class A:
    """A."""

    def m(self):
        return 1

    def o(self):
        return 3
