"""A section that both sides added: the one of them that holds all of the other."""

from git_anvcs.merge.entries.entry import Entry, words


def fuller(ours: Entry, theirs: Entry) -> Entry | None:
    """The one of two new sections that holds the other; None where each has something of its own,
    and for leaves."""
    if not (ours.section and theirs.section):
        return None
    if holds(ours, theirs):
        return ours
    return theirs if holds(theirs, ours) else None


def holds(whole: Entry, part: Entry) -> bool:
    if words(whole) == words(part):
        return True
    if whole.head.split() != part.head.split() or not (whole.section and part.section):
        return False
    if part.lead.strip() or part.note.strip() or part.tail.split() != whole.tail.split():
        return False  # comments
    there = {one.key: one for one in whole.body}
    return all(one.key in there and holds(there[one.key], one) for one in part.body)
