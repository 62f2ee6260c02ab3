"""One module per command of git-ai-merge.

The docstring is the help text. What they share is in drivers/say.py and drivers/bounded.py.
"""
