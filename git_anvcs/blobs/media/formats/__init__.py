"""One module per kind of file, each with `read(file) -> Facts`; none knows another."""
