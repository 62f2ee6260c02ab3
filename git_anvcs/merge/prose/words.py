"""Edits of one paragraph, which is often one line, by words: only those clearly apart."""

from collections.abc import Sequence
import re

from git_anvcs.merge import lines

WORD = re.compile(rb"\s+|\w+|[^\w\s]")
APART = 3  # words that must stand unchanged between an edit of ours and one of theirs
LONGEST = 4000  # words of one side; longer ones stay a conflict
SENTENCE = re.compile(rb"[.!?:;][\"')\]*_]*\s|\n")

Lines = Sequence[bytes]


def by_words(base: Lines, ours: Lines, theirs: Lines, *, sentences: bool = False) -> bytes | None:
    """Lines that both sides changed at different words; None when that is not so.

    sentences: between two edits must also be the end of a sentence
    """
    if not (base and ours and theirs):
        return None
    before, mine, yours = (WORD.findall(b"".join(side)) for side in (base, ours, theirs))
    if max(map(len, (before, mine, yours))) > LONGEST:
        return None
    out: list[bytes] = []
    last, between, ended = "", APART, True
    for part in lines.merge3(before, mine, yours):
        if part.kind == "conflict":
            return None
        taken = mine[part.ours0 : part.ours1]
        if part.kind == "theirs":
            taken = yours[part.theirs0 : part.theirs1]
        out += taken
        if part.kind == "same":
            between += sum(word[:1].isalnum() for word in taken)
            ended = ended or bool(SENTENCE.search(b"".join(taken)))
            continue
        apart = between >= APART and (ended or not sentences)
        if {last, part.kind} == {"ours", "theirs"} and not apart:
            return None
        last, between, ended = part.kind, 0, False
    return b"".join(out)
