def limits():
    low = 1
    return low
