"""The guard: commands that a merged tree must pass before anybody relies on it.

`checks` says which commands, `bench` runs them on trees in a scratch worktree and remembers what
passed, `judge` tells whether a failure is the merge's doing.
"""
