"""Three versions of one file in, one version or conflicts out.

No I/O, not even indirectly. Start at engine.py.
"""
