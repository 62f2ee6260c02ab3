"""Tables in files: their rows as values, what their columns hold, and what they must hold."""
