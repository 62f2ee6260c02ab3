"""Stories of moving whole histories to large files outside of Git, and back."""
