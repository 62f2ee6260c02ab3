"""Whether two versions of a file say the same in another form, as a formatter writes it.

The comparison by meaning decides (merge/difference): in a format it does not understand, and of a
file that does not parse, nothing is only form.
"""

# Larger files would be parsed for longer than a look may take.
_LARGEST = 256 << 10


def only_form(path: str, old: str, new: str) -> bool:
    """Whether all that differs is layout: blanks, line breaks, quotes, commas before a bracket."""
    if old == new or max(len(old), len(new)) > _LARGEST:
        return False
    from git_anvcs.merge.difference.compare import File, compare  # loads a grammar
    from git_anvcs.merge.difference.item import LAYOUT

    found = compare(File(path, old.encode()), File(path, new.encode()))
    understood = found.format not in ("text", "binary") and not found.why
    return understood and bool(found.items) and all(item.change == LAYOUT for item in found.items)
