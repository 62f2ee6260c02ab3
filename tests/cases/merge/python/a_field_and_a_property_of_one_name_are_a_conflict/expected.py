class Item:
    name: str
<<<<<<< ours
    price: int = 0
=======
    @property
    def price(self):
        return 1
>>>>>>> theirs

    def show(self):
        print(self.name)

    def hide(self):
        self.name = ""
