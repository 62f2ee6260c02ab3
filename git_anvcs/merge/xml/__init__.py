"""XML: read as it is written, nothing expanded, nothing fetched; elements as entries.

syntax: from text to elements with their extents; text: from those to entries; identity: which
elements are the same; attributes: the start tag that both sides changed.
"""
