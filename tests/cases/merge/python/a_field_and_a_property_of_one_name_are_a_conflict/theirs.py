class Item:
    name: str

    def show(self):
        print(self.name)

    def hide(self):
        self.name = ""

    @property
    def price(self):
        return 1
