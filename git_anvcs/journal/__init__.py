"""What happened between commits. Nothing is here yet: docs/spec.md says what will be."""
