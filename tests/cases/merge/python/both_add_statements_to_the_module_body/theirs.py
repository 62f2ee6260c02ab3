import a

a.start()
a.two()
