"""Files of ours under the common Git directory, written so that a crash cannot tear them.

Knows nothing of Git's data.
"""
