"""What Git itself starts.

The merge driver, the strategy, the hooks' programs. Starts fast, loads nothing heavy.
"""
