"""Notebooks (.ipynb): cells by identity, source by its language, outputs by a policy.

Conflicts stand inside the source of a cell, as strings: the file stays a notebook.
"""
