"""The only door to Git.

Repositories, objects, refs, config, attributes. Start at repo.py; knows nothing of our own
files.
"""
