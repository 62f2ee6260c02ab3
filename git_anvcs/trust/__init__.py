"""Who may do what, and the proof.

What a repository's settings may do on this machine. Knows no feature.
"""
