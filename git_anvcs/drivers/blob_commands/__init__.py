"""The commands of git-ai-blob: one module each, found through the table of blob_program."""
