class A:
    """A."""

    def m(self):
        return 1
