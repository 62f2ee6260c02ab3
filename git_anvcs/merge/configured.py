"""What Git's configuration and the environment say about merging data files and notebooks."""

from collections.abc import Iterable, Mapping

from git_anvcs.merge.result import Rules

SECONDS = 10.0  # of processor time for one file; by the clock six times as long
OUTPUTS = ("ours", "theirs", "clear", "newest")
CELLS = ("both", "conflict")


def limit(configured: str, env: Mapping[str, str]) -> float:
    """The limit of processor time for one file: the environment, else Git's configuration.

    configured: the value of anvcs.merge.timeout
    """
    try:
        found = float(env.get("ANVCS_MERGE_TIMEOUT") or configured)
    except ValueError:
        return SECONDS
    return found if 0 < found < 86400 else SECONDS


def rules(settings: Iterable[tuple[str, str | None]], env: Mapping[str, str]) -> Rules:
    """settings: keys in lower case with their values, in the order in which Git reads them.

    What is not understood counts as not said: a merge is no place to stop for it.
    """
    said: dict[str, str] = {}
    lists = []
    for key, value in settings:
        if key == "anvcs.merge.list":
            words = (value or "").split(maxsplit=2)
            lists += [(f"{words[0]} {words[1]}", words[2])] if len(words) == 3 else []
        elif key.startswith("anvcs.merge."):
            said[key.removeprefix("anvcs.merge.")] = value or ""
    outputs = env.get("ANVCS_MERGE_OUTPUTS") or said.get("outputs", "")
    cells = env.get("ANVCS_MERGE_CELLS") or said.get("cells", "")
    return Rules(
        tuple(lists[::-1]),  # the last one wins, as everywhere in Git's configuration
        outputs=outputs if outputs in OUTPUTS else OUTPUTS[0],
        cells=cells if cells in CELLS else CELLS[0],
    )
