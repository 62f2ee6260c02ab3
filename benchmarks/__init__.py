"""Figures, each as a ratio to a peer or to plain Git in one run; docs/benchmarks.md keeps them."""
