"""The local web server. Nothing is here yet: docs/spec.md says what will be."""
