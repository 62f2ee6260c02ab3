class A:
    class Meta:
        def m(self):
            return 1

    def z(self):
        pass
