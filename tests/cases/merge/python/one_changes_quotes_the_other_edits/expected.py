x = f('a', 'c')
