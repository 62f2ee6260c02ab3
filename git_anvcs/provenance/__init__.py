"""The record of who made a commit.

Its form, where it is kept, what feeds it, how it follows a rewrite. Start at record.py.
"""
