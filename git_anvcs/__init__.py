"""An AI-native layer on top of unmodified Git. Start reading at docs/architecture.md."""

__version__ = "0.1.0"
