"""Commits that belong together across repositories.

Nothing is here yet: docs/spec.md says what will be.
"""
