"""Names that one side renamed or both sides added, told from all files that the sides changed."""

from collections.abc import Iterable, Sequence

from git_anvcs.flows.whole_tree import versions, worker
from git_anvcs.flows.whole_tree.draft import Decided, Draft
from git_anvcs.flows.whole_tree.options import ours_by_attribute
from git_anvcs.flows.whole_tree.sides import Change
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.git import objects
from git_anvcs.git.ort import Note, Staged
from git_anvcs.merge.across import delta, renamed, twice
from git_anvcs.merge.across.delta import Delta
from git_anvcs.merge.across.renamed import Carried, Renamed
from git_anvcs.merge.across.tree import other
from git_anvcs.merge.across.twice import Cut, Twice
from git_anvcs.merge.result import Conflict, Merged, Resolution, Versions

RULE = "renamed-use"
RENAMING = "Renaming"
TWICE = "CONFLICT (duplicate definition)"
OFTEN = 20  # files that still have the old name; with more it is not looked into

Deltas = tuple[list[Delta], list[Delta]]


def finished(tree: Tree, draft: Draft, ours: Sequence[Change], theirs: Sequence[Change]) -> Draft:
    """The draft with uses renamed as their definition is, and with duplicates as conflicts."""
    deltas = (_deltas(tree, ours), _deltas(tree, theirs))
    words = renamed.suspects(*deltas)
    if any(words):
        found = worker.apart(lambda: renamed.renames(*deltas, words), tree.seconds) or []
        for one in found:
            draft = _carried(tree, draft, one, deltas)
    if twice.suspects(*deltas):
        for two in worker.apart(lambda: twice.twice(*deltas), tree.seconds) or []:
            draft = _doubled(tree, draft, two)
    return draft


def _deltas(tree: Tree, changes: Iterable[Change]) -> list[Delta]:
    wanted = [one for one in changes if all(v.regular or v.missing for v in one[3:])]
    texts = tree.texts.of(v.oid for one in wanted for v in one[3:] if v.regular)
    return [
        Delta(one.old, one.new, texts.get(one.before.oid), texts.get(one.after.oid))
        for one in wanted
    ]


def _now(tree: Tree, draft: Draft, paths: Sequence[str]) -> dict[str, bytes]:
    """The merged texts of files; not of those that are open, gone or another driver's."""
    blobs = versions.there(tree.repo, draft.merge.tree, paths)
    closed = [path for path in blobs if path not in draft.merge.stages and path not in draft.gone]
    free = ours_by_attribute(tree.repo, closed)
    texts = tree.texts.of(blobs[path].oid for path in free)
    return {path: draft.made.get(path, texts[blobs[path].oid]) for path in free}


def _carried(tree: Tree, draft: Draft, one: Renamed, deltas: Deltas) -> Draft:
    """The draft with the other side's new uses renamed, all of them or none.

    Only where a guard runs the tests; else it is told what would have to be renamed.
    """
    word = one.old.encode()
    users = {
        found.path: found.after
        for found in deltas[1 if one.side == "ours" else 0]
        if word in delta.words(found.added)
    }
    now = _now(tree, draft, list(users))
    if not users or _still_has(tree, one):
        return draft
    texts = [(path, text, users[path]) for path, text in now.items()]
    made = worker.apart(lambda: [renamed.carried(one, *row) for row in texts], tree.seconds) or []
    done = {row[0]: found for row, found in zip(texts, made, strict=False) if found is not None}
    who, user = tree.called(one.side), tree.called(other(one.side))
    if len(done) < len(users):
        left = ", ".join(sorted(users.keys() - done.keys()))
        text = f"{who} renamed {one.old} to {one.new}; {user} may use the old name in {left}\n"
        return draft.told(Note(tuple(users), "Renamed", text))
    for path, found in done.items():
        lines = ", ".join(map(str, found.lines))
        if not tree.rules.speculative:
            told = f"{who} renamed {one.old} to {one.new}; {user} uses the old name in {path}"
            text = f"{told}, line {lines} (`git anvcs land` with a check renames it)\n"
            draft = draft.told(Note((path,), "Renamed", text))
            continue
        draft = _renamed(tree, draft, path, one, found)
        text = f"{RENAMING} {one.old} to {one.new} in {path}, line {lines}"
        draft = draft.told(Note((path,), RENAMING, f"{text}, as {who} did (speculative)\n"))
    return draft


def _renamed(tree: Tree, draft: Draft, path: str, one: Renamed, found: Carried) -> Draft:
    sides = ("", one.new, one.old) if one.side == "ours" else ("", one.old, one.new)
    made = tuple(Resolution(RULE, f"line {line}", *sides, one.new) for line in found.lines)
    merged = Merged(found.text, (), made, "code")
    before, after = found.before, found.text
    versions = Versions(before, *((after, before) if one.side == "ours" else (before, after)))
    return draft.with_text(path, after, Decided(versions, tree.options(path, 7), merged))


def _still_has(tree: Tree, one: Renamed) -> bool:
    """Whether the side that renamed still speaks of the old name, in code of this language."""
    side = tree.pair.our_tree if one.side == "ours" else tree.pair.their_tree
    ending = one.path.rpartition(".")[2]
    asked = ("grep", "-lzwF", "--full-name", "-e", one.old, side, "--", f":(top)*.{ending}")
    found = tree.repo.git(*asked, allow=(0, 1)).decode(errors="surrogateescape").split("\0")[:-1]
    paths = [name.partition(":")[2] for name in found]
    if len(paths) > OFTEN:
        return True
    blobs = versions.there(tree.repo, side, paths)
    texts = tree.texts.of(blob.oid for blob in blobs.values())

    def speaks() -> bool:
        return any(
            renamed.speaks_of(path, texts[blob.oid], one.old) for path, blob in blobs.items()
        )

    return bool(paths) and worker.apart(speaks, tree.seconds) is not False


def _doubled(tree: Tree, draft: Draft, two: Twice) -> Draft:
    """The draft with a conflict in both files: each side has the definition in its own."""
    paths = (two.ours, two.theirs)
    label = f"{two.where} is added by {tree.names.ours} in {two.ours}"
    told = Note(paths, TWICE, f"{TWICE}: {label} and by {tree.names.theirs} in {two.theirs}\n")
    now = _now(tree, draft, paths)
    if len(now) < 2:
        is_open = not two.shown_by and {*paths} & draft.merge.stages.keys()
        return draft.told(told) if is_open else draft
    if two.shown_by and not _shown(tree, draft, two):
        return draft
    keys = dict(zip(paths, two.keys, strict=True))
    cuts = worker.apart(lambda: [twice.cut(path, now[path], keys[path]) for path in paths])
    if not cuts or None in cuts:
        return draft
    for path, side, one in zip(paths, ("ours", "theirs"), cuts, strict=True):
        draft = _open(tree, draft, path, side, two, one) if one else draft
    return draft.told(told)


def _shown(tree: Tree, draft: Draft, two: Twice) -> bool:
    """Whether the merged file hands out the names of both."""
    text = _now(tree, draft, [two.shown_by]).get(two.shown_by)
    modules = (two.ours, two.theirs)
    return text is not None and bool(
        worker.apart(lambda: twice.shows(two.shown_by, text, modules), tree.seconds)
    )


def _open(tree: Tree, draft: Draft, path: str, side: str, two: Twice, one: Cut) -> Draft:
    """One of the files, with the definition between markers: the other side has nothing there."""
    options = tree.options(path, ours_by_attribute(tree.repo, [path])[path])
    text = twice.marked(one, side, options)
    with_it = one.before + one.text + one.after
    sides = (with_it, one.before + one.after)
    shown = (one.text.decode("utf-8", "replace"), "")
    if side == "theirs":
        sides, shown = sides[::-1], shown[::-1]
    blobs = [objects.make(tree.repo, "blob", version) for version in sides]
    mode = versions.there(tree.repo, draft.merge.tree, [path])[path].mode
    stages = {stage: Staged(mode, blob.oid) for stage, blob in zip((2, 3), blobs, strict=True)}
    conflict = Conflict("duplicate", two.where, one.line, "", *shown)
    merged = Merged(text, (conflict,), (), "code")
    draft = draft.with_text(path, text, Decided(Versions(b"", *sides), options, merged))
    return draft.opened(path, stages)._replace(blobs=(*draft.blobs, *blobs))
