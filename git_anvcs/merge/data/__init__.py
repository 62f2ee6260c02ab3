"""Merging data (maps, lists, scalars) by key, whatever syntax it is written in.

A format parses its text to nodes (node.py), three_way.py merges them with the identities that
identity.py finds for list elements, write.py lays the outcome out as splices into ours.
"""
