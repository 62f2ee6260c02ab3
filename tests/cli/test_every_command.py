"""What holds for every command, whoever wrote it."""

import json
import os
from pathlib import Path
import re
import shutil

import pytest

from git_anvcs.cli.main import COMMANDS
from tests.support.records import ran_tests, write_record
from tests.support.sandbox import Sandbox

# A call of each command that changes nothing, and the keys its JSON object must have.
CALLS: dict[str, tuple[list[str], set[str]]] = {
    "init": (
        ["--dry-run", "--yes", "--agents", "none"],
        {"changed", "choices", "dry_run", "notes", "steps", "wired"},
    ),
    "uninstall": (["--dry-run"], {"changed", "dry_run", "purged", "refs", "steps"}),
    "status": (
        [],
        {
            "changed",
            "choices",
            "git",
            "on",
            "records",
            "set_aside",
            "version",
            "waiting",
            "wired",
            "worktrees",
        },
    ),
    "trust": (["show"], {"approved", "asks", "file", "sha256"}),
    "config": ([], {"inert", "settings"}),
    "completion": (["bash"], {"program", "script", "shell"}),
    "commit": (["--dry-run"], {"claim", "exit_code", "untested"}),
    "context": (["show"], {"context"}),
    "add": (["--dry-run", "."], {"exit_code", "session", "staged"}),
    "show": ([], {"schema", "meta_id", "change_id", "subject", "agent_id", "model"}),
    "log": ([], {"commits"}),
    "why": (["f:1"], {"path", "reasons"}),
    "blame": (["f"], {"totals", "commits", "lines"}),
    "trace": (["a"], {"session", "keys", "totals", "survival", "commits"}),
    "stats": (["--survival"], {"ai_additions", "by", "commits", "rows", "survival"}),
    "graph": ([], {"commits"}),
    "meta": (["fsck"], {"findings", "foreign_notes", "records", "repaired"}),
    "merge": (["HEAD", "--dry-run"], {"dry_run", "clean", "conflicts"}),
    "preview": (["merge", "HEAD"], {"target", "source", "base", "clean", "files", "findings"}),
    "radar": ([], {"sides", "pairs", "clean", "touched", "leases"}),
    "review": ([], {"merge", "counts", "files", "items"}),
    "land": (["HEAD", "--dry-run"], {"target", "landed", "set_aside", "checks", "moved"}),
    "verify": ([], {"commits", "landed", "findings", "decided", "unjudged"}),
    "keys": (["list"], {"keys"}),
    "push": (["--dry-run", "--records"], {"dry_run", "held_back", "target", "would_send"}),
    "timeline": ([], {"looks"}),
    "at": (["#1"], {"operation", "head", "branch", "differing"}),
    "restore": (["f@#1", "--dry-run"], {"undone", "operations", "files", "refs", "left", "back"}),
    "snapshot": (["--due"], {"due"}),
    "churn": ([], {"since", "window", "journal_since", "by", "rows", "total"}),
    "tidy": (["--dry-run"], {"tidied", "branch", "from", "to", "base", "milestones", "back"}),
    "sessions": (["list"], {"sessions"}),
    "journal": (["status"], {"operations", "since", "worktrees", "contents", "bytes"}),
    "daemon": (["status"], {"pid"}),
    "drain": (["--dry-run"], {"held_by_rebase", "waiting"}),
}
# No such call: they change something, take long, or say nothing or one object a line. They have
# tests of their own.
OTHERS = {"demo", "doctor", "hook", "checkout", "pull", "undo", "replay"}

READERS = [
    "show",
    "log",
    "verify",
    "review",
    "radar",
    "why",
    "blame",
    "trace",
    "stats",
    "graph",
    "status",
    "drain",
]
ANYWHERE = {"demo", "completion", "hook", "config"}
ENDINGS = {0, 1, 2, 3, 4, 5}
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
HOSTILE = "a\x1b]0;title\x07\x1b[2J b\n\u202e\"'c"


def story(repo: Sandbox) -> None:
    """A commit with a record, in which every text is hostile."""
    commit = repo.commit(f"m {HOSTILE}", {"f": "1\n", HOSTILE: b"x\x1b[2J\xff\n"})
    repo.git("branch", "b\u202eranch")
    fields = {"model": f"a/{HOSTILE}", "prompt": HOSTILE, "ext": {"a.b": {"confidence": HOSTILE}}}
    write_record(repo, commit, agent_id=f"{HOSTILE}:{HOSTILE}", **ran_tests(repo), **fields)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    box = Sandbox(tmp_path_factory.mktemp("template"))
    story(box)
    return box.root


@pytest.fixture
def told(tmp_path: Path, template: Path) -> Sandbox:
    """A repository with the story in it."""
    box = Sandbox(tmp_path, init=False)
    shutil.copytree(template, box.root, symlinks=True)
    box.git("update-index", "-q", "--refresh")
    box.ticks = 1
    return box


def check(repo: Sandbox, *argv: str, **how: object) -> tuple[int, str, str]:
    done = repo.run("git-anvcs", *argv, **how)  # type: ignore[arg-type]
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in ENDINGS, (done.returncode, done.stderr)
    return done.returncode, done.stdout, done.stderr


def test_every_command_is_tried_here() -> None:
    assert CALLS.keys() | OTHERS == COMMANDS.keys()


def check_help(repo: Sandbox, name: str, *words: str) -> None:
    said = repo.anvcs(*words)

    assert said.startswith(f"usage: git anvcs {name}")
    assert "\x1b" not in said
    last = said[said.rindex("example") :]
    assert f"git anvcs {name}" in last or f"git-anvcs {name}" in last


@pytest.mark.installed
@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_how_it_is_called_and_ends_with_an_example(repo: Sandbox, name: str) -> None:
    check_help(repo, name, name, "--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_can_be_asked_for_in_other_ways(repo: Sandbox, name: str) -> None:
    check_help(repo, name, "help", name)
    check_help(repo, name, "--help", name)


@pytest.mark.installed
@pytest.mark.parametrize("name", CALLS)
def test_json_is_one_object_with_its_keys(told: Sandbox, name: str) -> None:
    args, keys = CALLS[name]

    for words in (["--json", name, *args], [name, "--json", *args]):
        _, out, err = check(told, *words)
        said = json.loads(out)
        assert isinstance(said, dict), err
        assert "error" not in said, said
        assert keys <= said.keys()


@pytest.mark.parametrize("name", CALLS)
def test_no_hostile_text_reaches_the_terminal(told: Sandbox, name: str) -> None:
    args, _ = CALLS[name]

    code, out, err = check(told, name, *args)

    assert code in (0, 1), err  # 1: the answer is no
    assert not CONTROLS.search(out), repr(out)
    assert not CONTROLS.search(err), repr(err)


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - ANYWHERE))
def test_outside_of_a_repository_it_is_one_sentence_and_a_hint(repo: Sandbox, name: str) -> None:
    args, _ = CALLS.get(name, ([], set()))

    code, out, err = check(repo, "--json", name, *args, cwd=repo.base)

    assert code == 2, err
    assert "is not inside a Git repository" in err
    assert "hint: " in err
    assert json.loads(out)["error"]["exit_code"] == 2


@pytest.mark.parametrize("name", CALLS)
def test_a_directory_may_be_given(told: Sandbox, name: str) -> None:
    (told.root / "sub").mkdir()
    args, _ = CALLS[name]

    here, *_ = check(told, name, *args)
    there, _, err = check(told, "-C", str(told.root), name, *args, cwd=told.base)

    assert here == there, err
    code, _, err = check(told, "-C", "nowhere", name, *args)
    assert code == 2
    assert "nowhere" in err


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"hook"}))
def test_an_unknown_option_is_wrong_usage(told: Sandbox, name: str) -> None:
    args, _ = CALLS.get(name, ([], set()))

    done = told.run("git-anvcs", name, *args, "--no-such-option")

    assert "Traceback" not in done.stderr
    # What passes options on to Git ends as Git ends.
    assert done.returncode == 2 or (COMMANDS[name].passes_on and done.returncode in (128, 129))
    assert "no-such-option" in done.stderr


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"uninstall"}))
def test_a_repository_without_commits_is_no_surprise(repo: Sandbox, name: str) -> None:
    args, _ = CALLS[name]

    code, _, err = check(repo, name, *args)

    assert code in (0, 1, 2), err


@pytest.mark.parametrize("name", CALLS)
def test_broken_records_and_spools_are_no_surprise(told: Sandbox, name: str) -> None:
    spool = told.root / ".git/anvcs/spool"
    spool.mkdir(parents=True)
    (spool / "lines").write_bytes(b'{"v":1,"kind":"commit"}\n\xff\xfe\n[1]\n{"v":99}\n{"v":1,')
    (told.root / "ai-vcs.config.yaml").write_text("storage: [\n")
    args, _ = CALLS[name]

    check(told, name, *args)


@pytest.mark.parametrize("name", CALLS)
def test_sha256_repositories_work(repo: Sandbox, name: str) -> None:
    other = Sandbox(repo.base, name="sha256", init=False)
    other.root.mkdir()
    other.git("init", "-q", "-b", "main", "--object-format=sha256")
    story(other)
    args, keys = CALLS[name]

    code, out, err = check(other, "--json", name, *args)

    assert code in (0, 1), err
    assert keys <= json.loads(out).keys()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("name", READERS)
def test_a_git_directory_that_cannot_be_written_can_be_read(told: Sandbox, name: str) -> None:
    told.git("anvcs", "init", "--yes", "--agents", "none")
    told.ok("chmod", "-R", "a-w", ".git")
    try:
        code, _, err = check(told, name, *CALLS[name][0])
    finally:
        told.ok("chmod", "-R", "u+w", ".git")
    assert code == 0, err
