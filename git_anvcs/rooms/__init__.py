"""Moves sealed frames between peers. Nothing is here yet: docs/spec.md says what will be."""
