"""TOML: reading tables and keys as entries, and merging values that stand on one line."""
