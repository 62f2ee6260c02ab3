def limits():
    low = 1
    high = 9
    return low
