"""Counts, traces and the session journal. Nothing is here yet: docs/spec.md says what will be."""
