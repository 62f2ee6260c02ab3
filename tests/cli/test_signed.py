"""Statements signed here and verified there: offline, from public keys, commit by commit."""

import base64
from concurrent.futures import ThreadPoolExecutor
import hashlib
import json
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage
import pytest

from git_anvcs.git.repo import Repo
from git_anvcs.provenance import envelopes
from git_anvcs.provenance.exchange import dsse
from git_anvcs.provenance.exchange.dsse import Envelope, Signature
from git_anvcs.store.paths import Paths
from git_anvcs.trust import keys
from tests.support.records import ran_tests, write_record
from tests.support.sandbox import Sandbox, newer_git

SAMPLES = sorted((Path(__file__).parents[1] / "cases/formats/statement").glob("v*"))
EXPORT = ("meta", "export", "--format", "in-toto")


@pytest.fixture
def commit(repo: Sandbox) -> str:
    """A commit whose tests passed on its tree."""
    made = repo.commit("one", {"f": "1\n"})
    env = {"digest": f"sha256:{'a' * 64}"}
    write_record(repo, made, **ran_tests(repo), env=env, prompt="secret")
    return made


def signed(repo: Sandbox, *words: str) -> list[str]:
    return repo.anvcs(*EXPORT, "--sign", *words).splitlines()


def verified(repo: Sandbox, text: str, *words: str, code: int = 0) -> list[dict[str, Any]]:
    done = repo.run("git-anvcs", "meta", "verify", "-", "--json", *words, stdin=text)
    assert done.returncode == code, done.stdout + done.stderr
    found = json.loads(done.stdout)["verdicts"]
    assert isinstance(found, list)
    return found


def paths_of(repo: Sandbox) -> Paths:
    return Paths(repo.root / ".git")


def resigned(repo: Sandbox, value: object, kind: str = dsse.IN_TOTO) -> str:
    """An envelope around anything, signed with the clone's key."""
    payload = value if isinstance(value, bytes) else json.dumps(value).encode()
    envelope = Envelope(payload, kind, ())
    public, signature = keys.sign(paths_of(repo), envelope.signed)
    return dsse.write(envelope._replace(signatures=(Signature(public.id, signature),))).decode()


def payload(line: str) -> dict[str, Any]:
    found = json.loads(base64.b64decode(json.loads(line)["payload"]))
    assert isinstance(found, dict)
    return found


def test_every_statement_is_one_by_its_authors_own_code(repo: Sandbox, commit: str) -> None:
    """in-toto publishes protobuf definitions; these are its bindings, which know no other field."""
    for line in repo.anvcs(*EXPORT, commit).splitlines():
        message = json_format.Parse(line, StatementMessage())
        Statement.copy_from_pb(message).validate()
    for line in signed(repo, commit):
        message = json_format.ParseDict(payload(line), StatementMessage())
        Statement.copy_from_pb(message).validate()
        kind, digests = message.predicate_type, [dict(each.digest) for each in message.subject]
        tree = repo.git("rev-parse", "HEAD^{tree}").strip()
        assert digests == [{"gitCommit": commit}, {"gitTree": tree}]
        assert kind.split(":", 1)[0] in ("urn", "https")


def test_a_test_result_is_one_by_its_authors_own_code(repo: Sandbox) -> None:
    made = repo.commit("one", {"f": "1\n"})
    fields = ran_tests(repo, passed=False)
    fields["tests"] |= {"command": "pytest -q", "runner": "https://ci.example/1"}  # type: ignore[operator]
    write_record(repo, made, **fields, env={"digest": f"sha256:{'a' * 64}"})
    _, line = repo.anvcs(*EXPORT).splitlines()
    statement = json.loads(line)
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    message = json_format.ParseDict(statement["predicate"], test_result_pb2.TestResult())
    assert (message.result, message.url) == ("FAILED", "https://ci.example/1")
    environment, command = message.configuration
    assert dict(environment.digest) == {"sha256": "a" * 64}
    assert command.content == b"pytest -q"
    for each in message.configuration:
        ResourceDescriptor.copy_from_pb(each).validate()


@pytest.mark.parametrize(
    "fields", [{}, {"tests_passed": None}, {"tests": {"ran_on_tree": "0" * 40}}]
)
def test_tests_of_another_tree_make_no_statement(repo: Sandbox, fields: dict[str, Any]) -> None:
    made = repo.commit("one", {"f": "1\n"})
    write_record(repo, made, **({**ran_tests(repo), **fields} if fields else {}))
    [line] = repo.anvcs(*EXPORT).splitlines()
    assert json.loads(line)["predicateType"].startswith("urn:git-anvcs:")


def test_what_is_signed_here_is_good_here_and_tells_no_prompt(repo: Sandbox, commit: str) -> None:
    lines = signed(repo, commit)
    assert "secret" not in "".join(json.dumps(payload(line)) for line in lines)
    first, second = verified(repo, "\n".join(lines))
    assert (first["state"], second["state"]) == ("good", "good")
    assert first["commit"] == second["commit"] == commit
    assert [key["id"] for key in first["keys"]] == [keys.own(paths_of(repo)).id]
    assert signed(repo, commit) == lines


def test_somebody_else_needs_only_the_public_key_and_no_repository(
    repo: Sandbox, commit: str
) -> None:
    text = "\n".join(signed(repo, commit))
    elsewhere = repo.base / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "keys").write_text(repo.anvcs("keys", "export"))
    (elsewhere / "work.intoto.jsonl").write_text(text)
    words = ("meta", "verify", "work.intoto.jsonl")
    done = repo.run("git-anvcs", *words, "--keys", "keys", cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    assert commit[:12] in done.stdout
    assert "PASSED" in done.stdout
    assert repo.run("git-anvcs", *words, cwd=elsewhere).returncode == 2


def test_a_key_that_nobody_trusts_here_is_exit_code_3(repo: Sandbox, commit: str) -> None:
    text = "\n".join(signed(repo, commit))
    other = Sandbox(repo.base, name="other")
    found = verified(other, text, code=3)
    assert {verdict["state"] for verdict in found} == {"not trusted"}
    assert keys.own(paths_of(repo)).id in found[0]["why"]
    signers = repo.base / "allowed"
    signers.write_text(f"a@example.com {keys.own(paths_of(repo)).line}\n")
    other.git("config", "gpg.ssh.allowedSignersFile", str(signers))
    [first, _] = verified(other, text)
    assert first["keys"][0]["owner"] == "a@example.com"
    (repo.base / "none").write_text("")
    verified(repo, text, "--keys", str(repo.base / "none"), code=3)


def tampered(line: str, **changes: object) -> str:
    return json.dumps({**json.loads(line), **changes})


def test_a_changed_envelope_is_bad(repo: Sandbox, commit: str) -> None:
    first, second = signed(repo, commit)
    statement = {**payload(first), "predicateType": "https://example.com/other"}
    changed = base64.b64encode(json.dumps(statement).encode()).decode()
    for line in (
        tampered(first, payload=changed),
        tampered(first, payloadType="application/json"),
        tampered(first, signatures=json.loads(second)["signatures"]),
        tampered(first, signatures=[]),
        tampered(first, signatures=json.loads(first)["signatures"] * 65),
        first[:-5],
        "{}",
    ):
        assert [verdict["state"] for verdict in verified(repo, line, code=1)] == ["bad"]
    states = [verdict["state"] for verdict in verified(repo, f"{first}\n{{}}\n{second}\n", code=1)]
    assert states == ["good", "bad", "good"]


def test_a_statement_about_another_commit_is_bad_where_one_is_named(
    repo: Sandbox, commit: str
) -> None:
    text = "\n".join(signed(repo, commit, "--store"))
    other = repo.commit("two", {"f": "2\n"})
    assert {each["state"] for each in verified(repo, text, "HEAD~1")} == {"good"}
    found = verified(repo, text, "HEAD", code=1)
    assert {each["why"] for each in found} == {f"not about commit {other[:12]}"}
    envelopes_of = {other: [line.encode() for line in text.splitlines()]}
    envelopes.store(Repo.discover(repo.root), envelopes_of)
    assert repo.run("git-anvcs", "meta", "verify", "--stored", commit).returncode == 0
    assert repo.run("git-anvcs", "meta", "verify", "--stored", other).returncode == 1
    (repo.base / "keys").write_text(repo.anvcs("keys", "export"))
    (repo.base / "text").write_text(text)
    words = ("meta", "verify", "text", "--keys", "keys")
    ends = [repo.run("git-anvcs", *words, name, cwd=repo.base) for name in (commit, other, "HEAD")]
    assert [done.returncode for done in ends] == [0, 1, 2]


def test_the_key_id_is_a_hint_and_no_more(repo: Sandbox, commit: str) -> None:
    first, _ = signed(repo, commit)
    [signature] = json.loads(first)["signatures"]
    for keyid in ("", "x"):
        [found] = verified(repo, tampered(first, signatures=[{**signature, "keyid": keyid}]))
        assert found["state"] == "good"


def test_a_statement_that_cannot_be_true_is_bad_whoever_signed_it(
    repo: Sandbox, commit: str
) -> None:
    statement = payload(signed(repo, commit)[0])
    of_commit, of_tree = statement["subject"]
    lie = {"name": "t", "digest": {"gitTree": "0" * 40}}
    swapped = {"name": "c", "digest": {"gitCommit": "0" * 40}}
    for value in (
        {**statement, "subject": [of_commit, lie]},
        {**statement, "subject": [swapped, of_tree]},
        {**statement, "subject": []},
        {**statement, "subject": [{"name": "x"}]},
        {**statement, "_type": "https://in-toto.io/Statement/v0.1"},
        {**statement, "predicateType": ""},
        {**statement, "predicate": []},
        b"no json",
        b"[]",
        b"[" * 100_000,
    ):
        [found] = verified(repo, resigned(repo, value), code=1)
        assert found["state"] == "bad"
    [found] = verified(repo, resigned(repo, statement, "text/plain"), code=1)
    assert "text/plain" in found["why"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_what_every_version_signed_is_still_good(repo: Sandbox, sample: Path) -> None:
    words = ("--keys", str(sample / "key.pub"))
    found = verified(repo, (sample / "work.intoto.jsonl").read_text(), *words)
    assert [(each["state"], each["predicate_type"].split(":")[0]) for each in found] == [
        ("good", "urn"), ("good", "https"),
    ]  # fmt: skip


def test_nothing_to_verify_is_no(repo: Sandbox) -> None:
    assert repo.run("git-anvcs", "meta", "verify", "-").returncode == 1
    assert repo.run("git-anvcs", "meta", "verify", "--stored").returncode == 1
    assert repo.run("git-anvcs", "meta", "verify", "nowhere").returncode == 2
    assert repo.run("git-anvcs", "meta", "verify").returncode == 2


def test_an_envelope_over_several_lines_is_one(repo: Sandbox, commit: str) -> None:
    first, _ = signed(repo, commit)
    [found] = verified(repo, json.dumps(json.loads(first), indent=2))
    assert found["state"] == "good"


@pytest.mark.parametrize("init", [(), ("--object-format=sha256",), ("--ref-format=reftable",)])
def test_stored_envelopes_are_found_by_commit(tmp_path: Path, init: tuple[str, ...]) -> None:
    env = newer_git(tmp_path / "git") if init else {}
    repo = Sandbox(tmp_path, init=False, **env)
    repo.root.mkdir()
    repo.git("init", "-q", "-b", "main", *init)
    commits = [repo.commit(name, {"f": name}) for name in ("one", "two")]
    for number, made in enumerate(commits, 1):
        write_record(repo, made, number)
    for _ in range(2):
        signed(repo, "--store")
    listed = repo.git("ls-tree", "-r", "--name-only", envelopes.ATTEST_REF).splitlines()
    assert len(listed) == 2
    assert repo.git("rev-list", "--count", envelopes.ATTEST_REF).strip() == "1"
    done = json.loads(repo.anvcs("meta", "verify", "--stored", "HEAD", "--json"))
    assert [verdict["commit"] for verdict in done["verdicts"]] == [commits[1]]
    done = json.loads(repo.anvcs("meta", "verify", "--stored", "--json"))
    assert sorted(verdict["commit"] for verdict in done["verdicts"]) == sorted(commits)
    repo.git("fsck", "--strict")


def test_writers_at_once_lose_no_envelope(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("one", {"f": "1\n"})
    here = Repo.discover(repo.root)
    names = [f"{number:040x}" for number in range(12)]
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)

    def write(name: str) -> None:
        envelopes.store(here, {name: [name.encode()]})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, names))
    assert sorted(envelopes.stored(here)) == [name.encode() for name in names]


def test_a_range_is_exported_oldest_first_and_to_a_file(repo: Sandbox) -> None:
    commits = [repo.commit(name, {"f": name}) for name in ("one", "two", "three")]
    for number, made in enumerate(commits, 1):
        write_record(repo, made, number)
    lines = repo.anvcs("meta", "export", "HEAD~2..", "--format", "in-toto").splitlines()
    assert [json.loads(line)["subject"][0]["name"] for line in lines] == commits[1:]
    said = repo.anvcs("meta", "export", "HEAD~2..HEAD", "--output", "out.jsonl")
    assert said.startswith("2 lines written")
    found = [json.loads(line)["meta_id"] for line in repo.read("out.jsonl").splitlines()]
    assert found == [f"am_{number:026d}" for number in (2, 3)]
    repo.anvcs("meta", "export", "HEAD", "--output", "dry.jsonl", "--dry-run")
    assert not (repo.root / "dry.jsonl").exists()
    assert repo.run("git-anvcs", "meta", "export", "nowhere..HEAD").returncode == 2


def test_commits_without_a_record_are_counted(repo: Sandbox, commit: str) -> None:
    repo.commit("two", {"f": "2\n"})
    done = repo.run("git-anvcs", *EXPORT, "HEAD~1", "HEAD")
    assert "1 of the commits have no record" in done.stderr
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    "words",
    [("--sign",), ("--store", "--format", "in-toto"), ("--sign", "--format", "agent-trace")],
    ids=" ".join,
)
def test_only_statements_are_signed_and_only_signed_ones_stored(
    repo: Sandbox, words: tuple[str, ...]
) -> None:
    assert repo.run("git-anvcs", "meta", "export", *words).returncode == 2


def test_a_dry_run_signs_nothing_and_makes_no_key(repo: Sandbox, commit: str) -> None:
    repo.anvcs(*EXPORT, commit, "--sign", "--store", "--dry-run")
    assert keys.known(paths_of(repo)) == []
    assert repo.run("git", "rev-parse", "-q", "--verify", envelopes.ATTEST_REF).returncode != 0


def shared(repo: Sandbox, name: str) -> Sandbox:
    """Another clone of the remote, with everything that was sent there."""
    made = Sandbox(repo.base, name=name, init=False)
    repo.git("clone", "-q", str(repo.base / "origin.git"), str(made.root), cwd=repo.base)
    made.git("config", "anvcs.remotes", "origin")
    made.anvcs("pull", "--records", "origin")
    return made


def test_stored_envelopes_travel_with_the_records(repo: Sandbox, commit: str) -> None:
    repo.git("init", "-q", "--bare", "-b", "main", str(repo.base / "origin.git"))
    repo.git("remote", "add", "origin", str(repo.base / "origin.git"))
    repo.git("config", "anvcs.remotes", "origin")
    lines = signed(repo, "--store")
    assert json.loads(repo.anvcs("push", "--records", "--json", "origin"))["envelopes"] == 0
    repo.git("push", "-q", "origin", "main")
    sent = json.loads(repo.anvcs("push", "--records", "--json", "origin"))
    assert (sent["sent"], sent["envelopes"]) == (0, 2)  # the prompt's policy holds the record back
    assert json.loads(repo.anvcs("push", "--records", "--json", "origin"))["envelopes"] == 0
    one, two = shared(repo, "one"), shared(repo, "two")
    here = [Repo.discover(clone.root) for clone in (one, two)]
    assert [sorted(envelopes.stored(each)) for each in here] == [
        sorted(line.encode() for line in lines)
    ] * 2
    assert one.run("git-anvcs", "meta", "verify", "--stored", commit).returncode == 3
    (one.base / "key").write_text(repo.anvcs("keys", "export"))
    one.anvcs("meta", "verify", "--stored", commit, "--keys", str(one.base / "key"))


def test_what_another_clone_sends_under_a_false_name_stays_out(repo: Sandbox, commit: str) -> None:
    repo.git("init", "-q", "--bare", "-b", "main", str(repo.base / "origin.git"))
    repo.git("push", "-q", str(repo.base / "origin.git"), "main")
    line = signed(repo)[0].encode()
    folder, name = envelopes.folder_of(commit), hashlib.sha256(line).hexdigest()
    files = {
        f"{folder}/{name}.json": line + b"\n",
        f"{folder}/{'0' * 64}.json": line + b"\n",
        f"{folder}/{hashlib.sha256(b'{}').hexdigest()}.json": b"{}\n",
        f"{folder}/{name}.txt": line,
        f".ai/attest/00/{commit}/{name}.json": line,
        f".ai/attest/{commit[:2]}/{'0' * 40}/{name}.json": line,
    }
    parts = [b"commit refs/anvcs/w/evil\ncommitter T <t@example.com> 1790000000 +0000\ndata 0\n"]
    for path, data in files.items():
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    repo.ok("git", "fast-import", "--quiet", stdin=b"".join(parts))
    repo.git("push", "-q", str(repo.base / "origin.git"), "refs/anvcs/w/evil")
    clone = shared(repo, "clone")
    assert envelopes.stored(Repo.discover(clone.root)) == [line]
