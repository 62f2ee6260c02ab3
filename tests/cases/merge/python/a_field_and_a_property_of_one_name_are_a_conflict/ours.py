class Item:
    name: str
    price: int = 0

    def show(self):
        print(self.name)

    def hide(self):
        self.name = ""
