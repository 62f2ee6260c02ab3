x = call(first, other)
