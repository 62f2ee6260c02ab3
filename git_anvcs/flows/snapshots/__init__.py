"""Commits of what one session alone changed: made by hand, or as a policy says."""
