"""Merges source code by its syntax tree; languages are profiles, not code.

Start at merger.py. Top down: block.py (statements on lines) → inline.py (inside a statement);
both match children with align.py and merge them with sequence.py.
"""
