x = f("a", "b")
