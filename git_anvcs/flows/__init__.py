"""One module per story that crosses features.

Install, record a commit, follow a rewrite, the demo.
"""
