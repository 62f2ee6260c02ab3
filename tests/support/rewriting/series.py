"""Operations on a row of commits: what `git rebase` and its like do."""

from tests.support.rewriting.case import Case


def amend_no_edit(case: Case) -> None:
    case.three()
    case.ok("commit", "-q", "--amend", "--no-edit")


def amend_message(case: Case) -> None:
    case.three()
    case.ok("commit", "-q", "--amend", "-m", "another message")


def amend_content(case: Case) -> None:
    case.three()
    case.write("six.txt", "a person's line\n" + case.box.read("six.txt"))
    case.ok("commit", "-q", "-a", "--amend", "--no-edit")


def amend_twice(case: Case) -> None:
    case.three()
    for number in range(2):
        case.write(f"more{number}.txt", "more\n")
        case.git("add", "-A")
        case.ok("commit", "-q", "--amend", "--no-edit")


def rebase_merge(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("rebase", "-q", "--merge", "main", "topic")


def rebase_apply(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("rebase", "-q", "--apply", "main", "topic")


def rebase_onto(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("rebase", "-q", "--onto", "main", "topic~2", "topic")


def rebase_root(case: Case) -> None:
    case.three()
    case.sequence("1s/^pick/reword/", "--root")


def rebase_force(case: Case) -> None:
    case.three()
    case.ok("rebase", "-q", "--force-rebase", "main")


def rebase_update_refs(case: Case) -> None:
    case.three()
    case.git("branch", "lower", "topic~1")
    case.upstream()
    case.ok("rebase", "-q", "--update-refs", "main", "topic")


def rebase_twice(case: Case) -> None:
    case.three()
    for name in ("up", "again"):
        case.upstream(name)
        case.ok("rebase", "-q", "main", "topic")


def pull_rebase(case: Case) -> None:
    case.git("clone", "-q", "--bare", ".", str(case.box.base / "origin.git"))
    case.git("remote", "add", "origin", str(case.box.base / "origin.git"))
    case.upstream()
    case.git("push", "-q", "origin", "main")
    case.git("reset", "-q", "--hard", "HEAD~1")
    for agent, name in (("a", "one"), ("b", "two")):
        case.by(agent, name)
    case.know()
    case.ok("pull", "-q", "--rebase", "origin", "main")


def rebase_merges(case: Case) -> None:
    case.three()
    case.git("switch", "-q", "-c", "side", "topic~2")
    case.by("d", "side")
    case.know()
    case.git("switch", "-q", "topic")
    case.ok("merge", "-q", "--no-ff", "--no-edit", "side")
    case.git("branch", "-q", "-D", "side")
    case.upstream()
    case.ok("rebase", "-q", "--rebase-merges", "main", "topic")


def autosquash_fixup(case: Case) -> None:
    case.three()
    case.by("d", "one", "a: one 0\na: one 1\nd: mended\n", "fixup! add one")
    case.know()
    case.sequence("", "--autosquash", "main")


def autosquash_squash(case: Case) -> None:
    case.three()
    case.by("d", "one", "a: one 0\na: one 1\nd: mended\n", "squash! add one")
    case.know()
    case.sequence("", "--autosquash", "main")


def squash_all(case: Case) -> None:
    case.three()
    case.sequence("2,3s/^pick/squash/", "main")


def fixup_all(case: Case) -> None:
    case.three()
    case.sequence("2,3s/^pick/fixup/", "main")


def reorder(case: Case) -> None:
    case.three()
    case.sequence("1{h;d};3G", "main")


def reword(case: Case) -> None:
    case.three()
    case.sequence("2s/^pick/reword/", "main")


def drop(case: Case) -> None:
    case.three()
    case.sequence("2d", "main")


def exec_amend(case: Case) -> None:
    case.three()
    case.ok("rebase", "-q", "--exec", "git commit -q --amend -m reworded", "main")


def edit(case: Case) -> None:
    case.three()
    case.sequence("2s/^pick/edit/", "main")
    case.write("two.txt", case.box.read("two.txt") + "a person's line\n")
    case.git("add", "-A")
    case.ok("commit", "-q", "--amend", "--no-edit")
    case.ok("rebase", "--continue")


def edit_continue(case: Case) -> None:
    case.three()
    case.sequence("2s/^pick/edit/", "main")
    case.write("two.txt", case.box.read("two.txt") + "a person's line\n")
    case.git("add", "-A")
    case.ok("rebase", "--continue")


def split(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.write("left.txt", "a: left\n")
    case.by("a", "right")
    case.by("b", "two")
    case.know()
    case.sequence("1s/^pick/edit/", "main")
    case.git("reset", "-q", "HEAD~1")
    for name in ("left", "right"):
        case.git("add", f"{name}.txt")
        case.ok("commit", "-q", "-m", f"the {name} half")
    case.ok("rebase", "--continue")


def rebase_conflict(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "shared", "a: mine\n" * 3)
    case.by("b", "two")
    case.know()
    case.upstream("shared", "theirs\n" * 3)
    case.fails("rebase", "main", "topic")
    case.resolve("shared.txt", "theirs\n" * 3 + "a: mine\n" * 3)
    case.ok("rebase", "--continue")


def rebase_conflict_by_commit(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "shared", "a: mine\n" * 3)
    case.by("b", "two")
    case.know()
    case.upstream("shared", "theirs\n" * 3)
    case.fails("rebase", "main", "topic")
    case.resolve("shared.txt", "theirs\n" * 3 + "a: mine\n" * 3)
    case.ok("commit", "-q", "--no-edit")
    case.ok("rebase", "--continue")


def rebase_abort(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("b", "two")
    case.by("a", "shared", "a: mine\n" * 3)
    case.know()
    case.upstream("shared", "theirs\n" * 3)
    case.fails("rebase", "main", "topic")
    case.ok("rebase", "--abort")


def rebase_skip(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "shared", "a: mine\n" * 3)
    case.by("b", "two")
    case.know()
    case.upstream("shared", "theirs\n" * 3)
    case.fails("rebase", "main", "topic")
    case.ok("rebase", "--skip")


def rebase_becomes_empty(case: Case) -> None:
    case.three()
    case.git("switch", "-q", "main")
    case.write("up.txt", "up\n")
    case.upstream("one", "a: one 0\na: one 1\na: one 2\n")
    case.ok("rebase", "-q", "main", "topic")


OPERATIONS = {
    "commit --amend --no-edit": amend_no_edit,
    "commit --amend -m": amend_message,
    "commit --amend, content changed": amend_content,
    "commit --amend twice": amend_twice,
    "rebase --merge": rebase_merge,
    "rebase --apply": rebase_apply,
    "rebase --onto": rebase_onto,
    "rebase -i --root": rebase_root,
    "rebase --force-rebase": rebase_force,
    "rebase --update-refs": rebase_update_refs,
    "rebase twice": rebase_twice,
    "rebase --rebase-merges": rebase_merges,
    "rebase --autosquash, fixup!": autosquash_fixup,
    "rebase --autosquash, squash!": autosquash_squash,
    "rebase -i, squash": squash_all,
    "rebase -i, fixup": fixup_all,
    "rebase -i, reorder": reorder,
    "rebase -i, reword": reword,
    "rebase -i, drop": drop,
    "rebase --exec, amend": exec_amend,
    "rebase -i, edit and amend": edit,
    "rebase -i, edit and continue": edit_continue,
    "rebase -i, split": split,
    "rebase, conflict resolved": rebase_conflict,
    "rebase, conflict committed": rebase_conflict_by_commit,
    "rebase --abort": rebase_abort,
    "rebase --skip": rebase_skip,
    "rebase, a commit becomes empty": rebase_becomes_empty,
    "pull --rebase": pull_rebase,
}
