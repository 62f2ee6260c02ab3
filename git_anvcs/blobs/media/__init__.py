"""What a file of bytes is, as facts that a person and a diff can read."""
