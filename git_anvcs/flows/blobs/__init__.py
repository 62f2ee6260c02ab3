"""Stories of large files."""
