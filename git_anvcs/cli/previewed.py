"""The answer of `preview` as text and as JSON."""

from collections.abc import Iterator
from itertools import islice

from git_anvcs.cli.output import styled
from git_anvcs.cli.verified import finding_json
from git_anvcs.drivers import differences
from git_anvcs.flows.findings import sentence
from git_anvcs.flows.preview import File, Preview
from git_anvcs.kernel.terminal import cut, safe, shown
from git_anvcs.merge.difference.item import Item

_SHOWN = 30  # files
_NAMES = 4  # functions of a file
_NAME = 60


def as_json(found: Preview) -> dict[str, object]:
    return {
        "target": found.target,
        "source": found.source,
        "base": found.base or None,
        "clean": not found.conflicts,
        "conflicts": list(map(shown, found.conflicts)),
        "files": [
            {
                "path": shown(file.path),
                "format": file.format,
                "resolutions": [one._asdict() for one in file.resolutions],
                "conflicts": [one._asdict() for one in file.conflicts],
            }
            for file in found.files
        ],
        "changed": {shown(path): sorted(names) for path, names in found.changed.items()},
        "findings": [finding_json(one) for one in found.findings],
        "differences": differences.as_json(found.differences)["files"],
    }


def text(found: Preview, source: str, target: str, *, colour: bool) -> Iterator[str]:
    yield f"{safe(source)} into {safe(target)}"
    for path in found.conflicts:
        yield f"  {styled('conflict', 'red', colour=colour)}  {safe(path)}"
    for file in found.files:
        yield from _decisions(file)
    for finding in found.findings:
        kind = styled(finding.kind, "red", colour=colour)
        yield f"  {kind}  {safe(finding.path)}: {sentence(finding)}"
    for path in list(found.changed)[:_SHOWN]:
        names = sorted(found.changed[path])
        told = ", ".join(cut(safe(name), _NAME) for name in names[:_NAMES])
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield f"  changes   {safe(path)}{f': {told}{more}' if told else ''}"
    for path, item in breaking(found):
        breaks = styled("breaks", "yellow", colour=colour)
        yield f"  {breaks}    {safe(path)}: {cut(safe(item.where), _NAME)} {item.breaks}"
    if len(found.changed) > _SHOWN:
        yield f"  changes   {len(found.changed) - _SHOWN} more files"
    yield _summary(found)


def breaking(found: Preview) -> list[tuple[str, Item]]:
    """What others may use and the merge takes away or changes, with its file; the first ones."""
    every = ((one.path, item) for one in found.differences for item in one.items if item.breaks)
    return list(islice(every, _SHOWN))


def _decisions(file: File) -> Iterator[str]:
    for made in file.resolutions:
        yield f"  decides   {safe(file.path)}: {safe(made.where) or '(top)'} by {made.rule}"


def _summary(found: Preview) -> str:
    number = len(found.conflicts)
    if number:
        return f"{number} file{'s' * (number != 1)} would conflict"
    if not found.changed:
        return "nothing would change"
    if found.findings:
        return f"it would be clean, and lose work: {len(found.findings)} findings"
    return f"it would be clean: {len(found.changed)} file{'s' * (len(found.changed) != 1)} change"
