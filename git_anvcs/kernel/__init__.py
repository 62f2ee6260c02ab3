"""Words every package shares.

Errors, process, ids, clock, settings. Standard library only; knows nobody.
"""
