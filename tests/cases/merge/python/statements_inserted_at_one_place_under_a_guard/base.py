def menu(top):
    top.entry("open")

    return top
