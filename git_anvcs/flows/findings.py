"""What `verify` finds, as values, and each as a sentence."""

from typing import NamedTuple

STALE_CONTENT = "stale-content"


class Finding(NamedTuple):
    """One path of one commit in which work was lost, or old content is back.

    kind: `lost-line`, `lost-file`, `reverted-file`, `resurrected-line` or `stale-content`
    lines: numbers (0: not known) and texts; in the version of the side, or, of lines that are
    back, in the base's
    side: the commit in which the work was last whole
    lost: the commit that did the work, empty where that cannot be told
    decided: both sides changed these very lines, or one gave them up: somebody had to choose
    """

    commit: str
    path: str
    kind: str
    lines: tuple[tuple[int, str], ...]
    side: str
    lost: str = ""
    decided: bool = False


def sentence(finding: Finding) -> str:
    """What happened, for people; ids are cut to 10 digits."""
    who = (finding.lost or finding.side)[:10]
    number = len(finding.lines)
    lines = "a line" if number == 1 else f"{number} lines"
    match finding.kind:
        case "lost-line":
            return f"{lines} of {who} {'is' if number == 1 else 'are'} not in it any more"
        case "lost-file":
            return f"the file is gone, with the work of {who}"
        case "reverted-file":
            return f"the file is as if {who} had never been"
        case "resurrected-line":
            return f"{lines} that {who} removed {'is' if number == 1 else 'are'} back"
        case _:
            return f"re-introduces the content of the file before {who}"
