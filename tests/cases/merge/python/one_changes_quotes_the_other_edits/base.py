x = f('a', 'b')
