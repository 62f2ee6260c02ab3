def menu(top):
    top.entry("open")

    top.entry("print")

    return top
