"""One module per format that merges by meaning.

Modules do not know each other. Start at ../registry.py.
"""
