"""The key of a clone: made once, readable by its owner alone, and replaced on request."""

from concurrent.futures import ThreadPoolExecutor
import json
from pathlib import Path
import shutil
import subprocess

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import Paths
from git_anvcs.trust import ed25519, keys, public_keys
from git_anvcs.trust.public_keys import PublicKey
from tests.support.sandbox import Sandbox


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def private_file(paths: Paths) -> Path:
    [found] = [p for p in paths.keys.iterdir() if not p.suffix and p.name != "current"]
    return found


def test_the_first_use_makes_a_key_and_later_ones_use_it(paths: Paths) -> None:
    assert keys.known(paths) == []
    public, signature = keys.sign(paths, b"message")
    assert keys.own(paths) == public
    assert [key.public for key in keys.known(paths)] == [public]
    assert ed25519.verifies(public.raw, signature, b"message")
    assert not ed25519.verifies(public.raw, signature, b"massage")
    assert not ed25519.verifies(public.raw, signature[:-1], b"message")
    assert not ed25519.verifies(public.raw[:-1], signature, b"message")
    assert private_file(paths).stat().st_mode & 0o777 == 0o600
    assert paths.keys.stat().st_mode & 0o777 == 0o700


def test_of_several_first_uses_at_once_one_key_comes(paths: Paths) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: keys.own(paths), range(8)))
    assert len(made) == 1
    assert len(keys.known(paths)) == 1


def test_a_replaced_key_signs_no_more_but_is_still_known(paths: Paths) -> None:
    old = keys.own(paths)
    before = private_file(paths)
    new = keys.replace(paths)
    assert [(key.public, key.current) for key in keys.known(paths)] == [(new, True), (old, False)]
    assert not before.exists()
    assert keys.sign(paths, b"m")[0] == new


@pytest.mark.parametrize("text", [b"", b"garbage", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_a_damaged_private_key_is_one_sentence_and_a_hint(paths: Paths, text: bytes) -> None:
    keys.own(paths)
    private_file(paths).write_bytes(text)
    with pytest.raises(AnvcsError, match="cannot be used") as raised:
        keys.sign(paths, b"m")
    assert "--replace" in raised.value.hint
    keys.replace(paths)
    keys.sign(paths, b"m")


def test_a_private_key_of_another_public_one_is_not_used(paths: Paths) -> None:
    keys.own(paths)
    private_file(paths).write_bytes(ed25519.generate())
    with pytest.raises(AnvcsError, match="does not belong"):
        keys.sign(paths, b"m")


def test_a_private_key_that_others_can_read_is_not_used(paths: Paths) -> None:
    keys.own(paths)
    private_file(paths).chmod(0o640)
    with pytest.raises(AnvcsError, match="read by others"):
        keys.sign(paths, b"m")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_openssh_reads_our_files_and_names_the_key_alike(paths: Paths) -> None:
    public = keys.own(paths)
    private = private_file(paths)

    def keygen(*words: str) -> str:
        return subprocess.run(
            ("ssh-keygen", *words), check=True, capture_output=True, text=True
        ).stdout

    assert keygen("-l", "-f", f"{private}.pub").split()[1] == public.id
    assert keygen("-y", "-f", str(private)).split()[:2] == public.line.split()[:2]


def test_allowed_signers_are_read_and_limited_ones_left_out() -> None:
    raw = ed25519.public_of(ed25519.generate())
    [kind, blob] = PublicKey(raw).line.split()
    text = (
        "# the team\n\n"
        f"a@example.com {kind} {blob} comment\n"
        f'b@example.com namespaces="git" {kind} {blob}\n'
        f"c@example.com cert-authority {kind} {blob}\n"
        f"d@example.com ssh-rsa {blob}\n"
        f"{kind} AAAA\n{kind} {blob[:-4]}\n{kind} ????\n{kind}\nwords\n"
    )
    found = public_keys.read(text)
    assert found.found == (PublicKey(raw, "a@example.com"),)
    assert found.others == 8


@given(st.binary(min_size=32, max_size=32), st.from_regex(r"[a-z@:. ]{0,20}", fullmatch=True))
def test_a_line_says_the_key_and_its_owner(raw: bytes, owner: str) -> None:
    key = PublicKey(raw, " ".join(owner.split()))
    assert public_keys.read(key.line).found == (key,)


@given(st.text())
def test_any_text_holds_keys_or_none(text: str) -> None:
    assert public_keys.read(text).others >= 0


def test_keys_are_listed_made_and_exported(repo: Sandbox) -> None:
    assert "no key yet" in repo.anvcs("keys", "list")
    assert repo.run("git-anvcs", "keys", "export").returncode == 1
    assert json.loads(repo.anvcs("keys", "new", "--dry-run", "--json"))["id"] is None
    assert "no key yet" in repo.anvcs("keys", "list")
    first = json.loads(repo.anvcs("keys", "new", "--json"))
    again = repo.run("git-anvcs", "keys", "new")
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert repo.anvcs("keys", "export").strip() == first["public"]
    second = json.loads(repo.anvcs("keys", "new", "--replace", "--json"))
    listed = json.loads(repo.anvcs("keys", "list", "--json"))["keys"]
    assert [(key["id"], key["current"]) for key in listed] == [
        (second["id"], True), (first["id"], False),
    ]  # fmt: skip
    assert repo.anvcs("keys", "export", first["id"]).strip() == first["public"]
    assert repo.run("git-anvcs", "keys", "export", "SHA256:none").returncode == 1
    assert repo.run("git-anvcs", "keys", "list", "x").returncode == 2


def test_the_private_key_is_never_pushed_or_printed(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    repo.anvcs("meta", "set", "HEAD", "agent_id=a:b")
    said = repo.anvcs("meta", "export", "HEAD", "--format", "in-toto", "--sign", "--store", "-v")
    private = private_file(Paths(repo.root / ".git")).read_text()
    middle = private.splitlines()[2]
    assert middle not in said + repo.anvcs("keys", "list", "--json")
    objects = repo.git("cat-file", "--batch-all-objects", "--batch", "--unordered")
    assert middle not in objects


def test_a_key_that_ci_keeps_is_taken_in(repo: Sandbox) -> None:
    private = ed25519.generate()
    public = PublicKey(ed25519.public_of(private))
    said = json.loads(repo.anvcs("keys", "import", "-", "--dry-run", "--json", stdin=private))
    assert said["id"] == public.id
    assert "no key yet" in repo.anvcs("keys", "list")
    for _ in range(2):
        repo.anvcs("keys", "import", "-", stdin=private)
    paths = Paths(repo.root / ".git")
    assert [key.public.id for key in keys.known(paths)] == [public.id]
    assert ed25519.verifies(public.raw, keys.sign(paths, b"m")[1], b"m")
    assert private_file(paths).stat().st_mode & 0o777 == 0o600
    other = repo.base / "other"
    other.write_bytes(ed25519.generate())
    assert repo.run("git-anvcs", "keys", "import", str(other)).returncode == 1
    repo.anvcs("keys", "import", str(other), "--replace")
    assert keys.sign(paths, b"m")[0] != public


@pytest.mark.parametrize("text", [b"", b"words", b"-----BEGIN OPENSSH PRIVATE KEY-----"])
def test_what_is_no_private_key_is_not_taken_in(repo: Sandbox, text: bytes) -> None:
    done = repo.run("git-anvcs", "keys", "import", "-", stdin=text)
    assert done.returncode == 2
    assert "hint: ssh-keygen" in done.stderr
    assert repo.run("git-anvcs", "keys", "import").returncode == 2
    assert repo.run("git-anvcs", "keys", "import", "nowhere").returncode == 2
    assert "no key yet" in repo.anvcs("keys", "list")
