"""The rewrite matrix: what happens to records when Git, in each of its ways, rewrites commits."""
