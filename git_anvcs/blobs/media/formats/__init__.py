"""One module per kind of file, each with `read(file) -> Facts`; archives ask those they hold."""
