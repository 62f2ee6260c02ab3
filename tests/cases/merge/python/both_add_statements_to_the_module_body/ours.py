import a

a.start()
a.one()
