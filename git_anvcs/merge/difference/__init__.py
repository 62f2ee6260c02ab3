"""What differs between two versions of a file, told by what it means: symbols, keys, cells.

Nothing is hidden: what lies outside the reported items is equal in both versions, line for line.
"""
