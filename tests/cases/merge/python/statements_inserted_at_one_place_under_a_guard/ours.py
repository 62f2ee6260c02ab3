def menu(top):
    top.entry("open")

    saving = top.entry("save")
    saving.shortcut("s")

    return top
