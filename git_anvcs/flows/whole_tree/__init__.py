"""Merging two whole trees: what Git's own merge leaves, finished by our engine."""
