"""Lock files: what a package manager wrote, which only it can write anew.

table: which files they are; read, lines: their packages; graph: what must hold of them when both
sides touched a file; check: that, for formats.
"""
