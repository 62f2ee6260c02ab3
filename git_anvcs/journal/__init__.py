"""What happened between commits: one CRDT document per file, operations in an append-only log.

`op` is one operation, `journal` the log, `text` a document (the only import of pycrdt), `capture`
makes operations of what a worktree holds, `history` gives back what a path held at any of them.
"""
