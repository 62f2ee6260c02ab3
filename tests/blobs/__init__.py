"""Large files: pointers, cache, filter."""
