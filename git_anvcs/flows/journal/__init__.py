"""Stories of the journal: look at a worktree, tell what happened, take it back."""
