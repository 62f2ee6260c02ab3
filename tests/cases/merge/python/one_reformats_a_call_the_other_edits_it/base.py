x = call(first, second)
