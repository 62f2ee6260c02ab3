def show(item):
    found = item.show
    return found


def total(item):
    found = item.total
    return found


def name(item):
    found = item.name
    return found
