"""So that pytest finds the package beside it."""
