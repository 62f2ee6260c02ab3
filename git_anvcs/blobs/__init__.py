"""A pointer in Git, the bytes in a versioned store.

Nothing is here yet: docs/spec.md says what will be.
"""
