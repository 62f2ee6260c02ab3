"""What Git asks a merge driver for, and how the answer is put in place.

Shared by both stages of the driver; imports `os` alone.
"""

import os

CLEAN, FAILED, CONFLICTS = 0, 2, 10


class Job:
    """What Git asks for: the names of the three files, the markers' size, the path and labels.

    A plain class because a NamedTuple costs `typing`, a third of a start.
    histogram: this Git's merge-file can be told which diff to use (2.44, as the labels)
    """

    def __init__(self, words: list[str], env: dict[str, str]) -> None:
        """The arguments of the driver line. Raises ValueError when they are not those."""
        if len(words) not in (5, 8):
            raise ValueError(words)
        self.base, self.ours, self.theirs = words[:3]
        self.marker_size = int(words[3])
        self.path = words[4]
        self.histogram = words[5:] not in ([], ["%S", "%X", "%Y"])
        base, ours, theirs = words[5:] if self.histogram else _labels(env)
        self.labels = (base, ours, theirs)


def replace(name: str, data: bytes) -> None:
    """Give the file new content, whole or not at all. Not synced: Git deletes it in a moment.

    What a killed process leaves of `name.anvcs` the driver line removes.
    """
    temporary = f"{name}.anvcs"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, name)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def read(name: str) -> bytes:
    with open(name, "rb") as file:
        return file.read()


def _labels(env: dict[str, str]) -> tuple[str, ...]:
    # Before 2.44 Git keeps the labels to itself, but `git merge` leaves the name it merges.
    heads = [name for key, name in env.items() if key.startswith("GITHEAD_") and name != "HEAD"]
    return ("base", "HEAD", heads[0]) if len(heads) == 1 else ("base", "ours", "theirs")
