def limits():
    low = 1
    high = 5
    return low
