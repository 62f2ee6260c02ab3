"""Files made of entries on lines of their own, such as keys in sections: merged entry by entry.

entry: the values; reading: from lines to entries; three_way: the merge; file: what a format needs.
"""
