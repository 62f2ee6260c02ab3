class A:
    class Meta:
        def m(self):
            return 1

        def n(self):
            return 2

        def o(self):
            return 3

    def z(self):
        pass
