def menu(top):
    top.entry("open")

    saving = top.entry("save")
    saving.shortcut("s")

    top.entry("print")

    return top
