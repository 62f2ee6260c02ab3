"""Lines rewritten soon after they were written, from the journal and, before it, from commits."""
