"""doctor finds what is broken by trying it; status says what is on and who edits what."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.store import snapshots
from git_anvcs.store.paths import Paths
from tests.flows.test_install import hook, snapshot
from tests.support.sandbox import Sandbox, config_hooks, hook_folder


def findings(repo: Sandbox, *options: str, **env: str) -> list[dict[str, Any]]:
    done = repo.run("git-anvcs", "doctor", "--json", "--runs", "0", *options, env=env)
    assert done.returncode in (0, 1), done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["ok"] == (done.returncode == 0) == (answer["findings"] == [])
    found: list[dict[str, Any]] = answer["findings"]
    return found


def test_doctor_proves_hooks_and_drivers_after_init(repo: Sandbox) -> None:
    repo.anvcs("init")
    before = snapshot(repo)
    answer = json.loads(repo.anvcs("doctor", "--json", "--runs", "2"))
    assert answer["findings"] == []
    proved = {check["check"] for check in answer["checks"]}
    assert {
        "git",
        "python",
        "hooks",
        "driver json",
        "driver yaml",
        "driver python",
        "records",
    } <= proved
    assert [timing["event"] for timing in answer["hooks"]] == [
        "post-commit",
        "post-rewrite",
        "post-merge",
        "post-applypatch",
        "pre-commit",
        "pre-push",
    ]
    assert all(0 < timing["p50"] <= timing["p95"] for timing in answer["hooks"])
    assert snapshot(repo) == before


def test_doctor_says_so_when_there_was_no_init(repo: Sandbox) -> None:
    assert [(f["check"], f["mend"]) for f in findings(repo)] == [("wiring", "run `git anvcs init`")]


@pytest.mark.skipif(config_hooks(), reason="this Git keeps our hooks apart from hook files")
def test_doctor_mends_hooks_that_another_tool_replaced(repo: Sandbox) -> None:
    hook(repo, "post-commit")
    repo.anvcs("init", "--drivers", "none")
    # As lefthook does: what was there gets another name, and its own script stands there.
    folder = repo.root / ".git/hooks"
    (folder / "pre-push").rename(folder / "pre-push.old")
    hook(repo, "pre-push", "#!/bin/sh\ntrue lefthook\n")
    assert any("pre-push" in f["wrong"] and f["fixable"] for f in findings(repo))
    assert findings(repo, "--fix") == []
    assert not (folder / "pre-push.old").exists()
    repo.anvcs("uninstall")
    assert (folder / "pre-push").read_text() == "#!/bin/sh\ntrue lefthook\n"


def test_a_hook_taken_over_as_legacy_goes_away_when_we_leave(repo: Sandbox) -> None:
    hook(repo, "post-commit", "#!/usr/bin/env python3\n")
    repo.anvcs("init")
    # As pre-commit does: what was there becomes NAME.legacy and is started by its own script.
    folder = repo.root / ".git/hooks"
    (folder / "post-commit").rename(folder / "post-commit.legacy")
    hook(repo, "post-commit", '#!/usr/bin/env bash\nexec "$0.legacy" "$@"\n')
    repo.anvcs("uninstall")
    assert (folder / "post-commit.legacy").read_text() == "#!/usr/bin/env python3\n"
    assert "legacy" in (folder / "post-commit").read_text()
    assert sorted(p.name for p in folder.iterdir() if "anvcs" in p.name) == []


def test_doctor_finds_the_driver_that_is_not_there(repo: Sandbox, tmp_path: Path) -> None:
    repo.anvcs("init", "--drivers", "json")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "git-ai-merge").write_text("#!/bin/sh\nexit 1\n")
    (broken / "git-ai-merge").chmod(0o755)
    found = findings(repo, PATH=f"{broken}:{repo.env['PATH']}")
    assert [f["check"] for f in found] == ["driver json"]
    assert "Git's own line merge stood in" in found[0]["wrong"]


def test_doctor_finds_what_writes_over_our_refs(repo: Sandbox) -> None:
    repo.anvcs("init", "--drivers", "none")
    repo.git("config", "--add", "remote.o.fetch", "+refs/notes/*:refs/notes/*")
    repo.git("config", "--add", "remote.p.fetch", "+refs/heads/*:refs/remotes/p/*")
    repo.git("config", "notes.rewriteRef", "refs/notes/*")
    found = [f["wrong"] for f in findings(repo)]
    assert len(found) == 2
    assert "remote.o.fetch" in found[0]


def test_doctor_finds_broken_settings_and_the_switch(repo: Sandbox) -> None:
    repo.anvcs("init", "--drivers", "none")
    repo.write("ai-vcs.config.yaml", "merge:\n  timeout: soon\n")
    found = {f["check"]: f["wrong"] for f in findings(repo, ANVCS="0")}
    assert "ai-vcs.config.yaml:2:3" in found["settings"]
    assert "ANVCS=0" in found["switch"]


def test_doctor_finds_lines_that_were_set_aside(repo: Sandbox) -> None:
    repo.anvcs("init", "--drivers", "none")
    spool = repo.root / ".git/anvcs/spool/lines"
    spool.parent.mkdir(exist_ok=True)
    with spool.open("ab") as file:
        file.write(b"not json\n")
    repo.commit("after it")
    assert [f["check"] for f in findings(repo)] == ["set aside"]
    repo.anvcs("show", "HEAD")


def test_status_says_what_is_on_and_who_edits_what(repo: Sandbox) -> None:
    assert json.loads(repo.anvcs("status", "--json"))["on"] is False
    repo.commit("first", {"a.py": "a = 1\n"})
    repo.git("remote", "add", "origin", "../elsewhere")
    repo.anvcs("init", "--agents", "claude", "--remote", "origin")
    repo.git("worktree", "add", "-q", "../other")
    other = repo.base / "other"
    for event in ("pre_edit", "post_edit"):
        payload = {"v": 1, "agent": "tool", "event": event, "session": "7", "cwd": str(other)}
        repo.anvcs("hook", "neutral", stdin=json.dumps({**payload, "paths": ["a.py"]}))
    repo.commit("second")
    found = json.loads(repo.anvcs("status", "--json"))
    assert found["on"] is True
    assert found["changed"] == []
    assert {"hook post-commit", "configuration", "agent claude"} <= set(found["wired"])
    assert found["choices"]["remotes"] == ["origin"]
    assert (found["records"], found["waiting"]) == (1, 0)
    here, linked = found["worktrees"]
    assert (here["branch"], here["sessions"]) == ("main", [])
    assert linked["path"] == str(other)
    assert linked["sessions"] == ["tool:7"]
    assert linked["edited"] == {"a.py": ["tool:7"]}
    (hook_folder(repo.root) / "post-commit").write_text("#!/bin/sh\n")
    assert "changed   " in repo.anvcs("status")


def test_status_says_which_agents_are_wired_where_and_what_waits_to_be_sent(repo: Sandbox) -> None:
    repo.commit("first", {"a.py": "a = 1\n"})
    repo.git("remote", "add", "origin", "../elsewhere")
    repo.anvcs("init", "--agents", "claude,cline", "--remote", "origin")
    assert "outbox    empty" in repo.anvcs("status")
    assert "journal   no daemon" in repo.anvcs("status")
    repo.git("worktree", "add", "-q", "inside")
    other = repo.root / "inside"
    repo.anvcs("init", "--agents", "codex", "--remote", "origin", cwd=other)
    repo.commit("second", {"b": "1"})
    repo.run("git-anvcs", "push", "origin", "main")
    found = json.loads(repo.anvcs("status", "--json"))
    assert [tree["agents"] for tree in found["worktrees"]] == [["claude", "cline"], ["codex"]]
    (waits,) = found["outbox"]
    assert (waits["kind"], waits["since"][:2]) == ("push", "20")
    said = repo.anvcs("status")
    assert "agents    claude, cline, codex" in said
    assert "outbox    push since 20" in said
    assert "  wired   codex" in said


def test_doctor_forgets_old_snapshots_where_no_drain_swept_them(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "none", "--drivers", "none")
    paths = Paths(repo.root / ".git")
    young = snapshots.put(paths, b"young")
    assert findings(repo) == []
    large = paths.snapshots / "aa" / ("b" * 62)
    large.parent.mkdir(exist_ok=True)
    with large.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, snapshots.LIMIT + (1 << 20))
    os.utime(large, (1, 1))
    (found,) = findings(repo)
    assert (found["check"], found["fixable"]) == ("snapshots", True)
    assert findings(repo, "--fix") == []
    assert not large.exists()
    assert snapshots.get(paths, young) == b"young"


@pytest.mark.parametrize("runs", ["-1", "5000", "x"])
def test_an_odd_number_of_runs_is_wrong_usage(repo: Sandbox, runs: str) -> None:
    assert repo.run("git-anvcs", "doctor", "--runs", runs).returncode == 2


def test_doctor_mends_the_notes_that_another_program_overwrote(repo: Sandbox) -> None:
    repo.anvcs("init", "--drivers", "none")
    commit = repo.commit("one")
    repo.anvcs("show")
    repo.git("notes", "--ref=anvcs", "remove", commit)
    found = findings(repo)
    assert [(f["check"], f["fixable"]) for f in found] == [("records", True)]
    assert commit in found[0]["wrong"]
    assert findings(repo, "--fix", "--dry-run") == found
    assert findings(repo, "--fix") == []
    assert repo.git("notes", "--ref=anvcs", "show", commit).startswith("{")


BROKEN = {
    "a hook lost its bit": ("chmod -x .git/hooks/post-commit", "not executable"),
    "code above our lines": ("sed -i '2i exit 0' .git/hooks/post-commit", "code above our lines"),
    "another driver": ("git config merge.anvcs.driver true", "configured a second time"),
    "drains are off": ("touch .git/anvcs/off", "no records are made"),
    "no spool": ("rm -r .git/anvcs/spool; touch .git/anvcs/spool", "cannot read"),
    "a hook is gone": ("rm .git/hooks/pre-push", "pre-push is not as init leaves it"),
    "our include is gone": ("git config --unset include.path", "did not resolve the sample"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_doctor_says_what_is_broken(repo: Sandbox, case: str) -> None:
    repo.anvcs("init", "--drivers", "json")
    command, said = BROKEN[case]
    folder = hook_folder(repo.root).relative_to(repo.root)
    repo.ok("sh", "-c", command.replace(".git/hooks", str(folder)))
    assert any(said in finding["wrong"] for finding in findings(repo))


def test_doctor_names_files_that_the_owners_attributes_keep_from_our_driver(repo: Sandbox) -> None:
    repo.anvcs("init")
    with (repo.root / ".git/info/attributes").open("a") as file:
        file.write("*.json -merge\n")
    answer = json.loads(repo.run("git-anvcs", "doctor", "--json", "--runs", "0").stdout)
    said = [check["said"] for check in answer["checks"] if check["check"] == "drivers"]
    assert said == ["not for files such as probe.json: attributes say merge: unset"]
