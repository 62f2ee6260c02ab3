"""What `git anvcs init` writes into files that are not ours, and how to take it out again.

Pure text in, text out (block, agents, stubs, attributes); steps.py alone touches the disk.
"""
