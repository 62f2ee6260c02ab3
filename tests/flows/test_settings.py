"""The settings file with real Git: places of mistakes, origins, what is inert until approved."""

import json
from pathlib import Path

import pytest

from git_anvcs.kernel import settings as words
from tests.support.sandbox import Sandbox

FILE = "ai-vcs.config.yaml"
SPECIFICATION = """\
storage: { mode: hybrid, primary: s3, fallback: local }
adapters:
  s3:
    bucket: ${AI_VCS_S3_BUCKET}
    region: ${AWS_REGION}
    endpoint_url: ${S3_ENDPOINT_URL:-}
    use_presigned: true
  blobs:
    track: ["*.pt", "datasets/**/*.{csv,ipynb,png}"]
    upload_on_commit: ${UPLOAD:-false}
    compress: true
"""


def shown(repo: Sandbox, **env: str) -> dict[str, dict[str, dict[str, object]]]:
    answer: dict[str, dict[str, dict[str, object]]] = json.loads(
        repo.anvcs("config", "show", "--json", env=env)
    )
    return answer


def test_the_example_of_the_specification_is_understood_as_it_stands(repo: Sandbox) -> None:
    repo.write(FILE, SPECIFICATION)
    answer = shown(repo, AI_VCS_S3_BUCKET="b-1")
    settings = answer["settings"]
    assert settings["storage.mode"] == {"value": "hybrid", "origin": f"{FILE}:1:12"}
    assert settings["blobs.upload_on_commit"] == {"value": False, "origin": f"{FILE}:10:5"}
    assert settings["adapters.s3.region"] == {"value": "", "origin": "default"}
    assert settings["adapters.s3.bucket"]["value"] == ""
    assert answer["inert"]["adapters.s3.bucket"]["value"] == "${AI_VCS_S3_BUCKET}"
    repo.anvcs("trust", "approve", env={"AI_VCS_S3_BUCKET": "b-1"})
    asked = repo.anvcs("config", "get", "adapters.s3.bucket", env={"AI_VCS_S3_BUCKET": "b-1"})
    assert asked == "b-1\n"


def test_git_and_then_the_environment_win_when_several_say_something(repo: Sandbox) -> None:
    repo.write(FILE, "merge: {timeout: 3}\nblobs: {compress: true}\n")
    repo.git("config", "anvcs.merge.timeout", "4")
    repo.git("config", "anvcs.adapters.s3.use-presigned", "no")
    repo.git("config", "--add", "anvcs.remotes", "origin")
    repo.git("config", "--add", "anvcs.remotes", "fork")
    settings = shown(repo, ANVCS_MERGE_TIMEOUT="5")["settings"]
    assert settings["merge.timeout"]["origin"] == "environment ANVCS_MERGE_TIMEOUT"
    assert settings["blobs.compress"]["value"] is True
    assert settings["adapters.s3.use_presigned"]["value"] is False
    assert settings["remotes"]["value"] == ["origin", "fork"]
    assert str(settings["remotes"]["origin"]).startswith("git config (local, ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("storage:\n  mod: local\n", f"{FILE}:2:3: storage.mod: there is no such setting"),
        ("blobs:\n  track: 3\n", f"{FILE}:2:3: blobs.track: must be a list, not a number"),
        ("blobs:\n  track: [a, 3]\n", f"{FILE}:2:14: blobs.track.1: must be text, not a number"),
        ("blobs:\n  compress: ${X:-maybe}\n", f"{FILE}:2:3: blobs.compress: must be true or"),
        ("storage:\n  mode: {\n", f"{FILE}:3:1: "),
        ("- a\n", f"{FILE}:1:1: must be a mapping, not a list"),
        ("a: &a [*a]\nb: *a\n", f"{FILE}:1:"),
        ("a: 2026-99-99\n", f"{FILE}:1:"),
        (b"a: \xff\n", f"{FILE} is not UTF-8"),
        ("x: y\n" * 100_000, "larger than"),
    ],
)
def test_a_mistake_is_named_with_line_and_column_when_the_file_is_read(
    repo: Sandbox, text: str | bytes, said: str
) -> None:
    repo.write(FILE, text)
    done = repo.run("git-anvcs", "config", "show")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_aliases_of_aliases_are_refused_when_they_would_fill_the_memory(repo: Sandbox) -> None:
    rows = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    rows += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    repo.write(FILE, "\n".join(rows))
    done = repo.run("git-anvcs", "config", "show")
    assert (done.returncode, "more than" in done.stderr) == (2, True)


def test_a_wrong_type_names_its_origin_when_git_or_the_environment_has_it(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "config", "show", env={"ANVCS_BLOBS_COMPRESS": "x"})
    assert done.stderr.startswith("git-anvcs: ANVCS_BLOBS_COMPRESS must be true or false")
    repo.git("config", "anvcs.merge.timeout", "never")
    done = repo.run("git-anvcs", "config", "get", "merge.timeout")
    assert done.stderr.startswith("git-anvcs: git config anvcs.merge.timeout must be a number")
    assert done.returncode == 2


def test_what_git_c_sets_counts_for_what_git_starts(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.timeout", "4")
    asked = ("-c", "alias.anvcs=!git-anvcs", "anvcs", "config", "get", "merge.timeout")
    assert repo.git("-c", "anvcs.merge.timeout=7", *asked) == "7\n"
    assert repo.git("--config-env=anvcs.merge.timeout=N", *asked, env={"N": "8"}) == "8\n"
    wrong = repo.run("git", "-c", "anvcs.merge.timeout=never", *asked)
    assert (wrong.returncode, "must be a number" in wrong.stderr) == (2, True)


def test_the_password_in_an_address_is_not_shown(repo: Sandbox) -> None:
    repo.git("config", "anvcs.adapters.s3.endpoint-url", "https://me:s@cret@host:9/x?a=b@c")
    for options in ((), ("--json",)):
        shown = repo.anvcs("config", "show", "--origin", *options)
        assert "https://***@host:9/x?a=b@c" in shown
        assert "cret@" not in shown


def test_what_sends_data_is_inert_until_exactly_this_file_is_approved(repo: Sandbox) -> None:
    repo.write(FILE, "remotes: [evil]\nprompt: {policy: inline}\n")
    assert repo.run("git-anvcs", "trust", "show").returncode == 1
    assert repo.anvcs("config", "get", "remotes") == ""
    asks = json.loads(repo.anvcs("trust", "approve", "--dry-run", "--json"))
    assert [ask["key"] for ask in asks["asks"]] == ["remotes", "prompt.policy"]
    assert asks["approved"] is False
    repo.anvcs("trust", "approve")
    assert repo.anvcs("config", "get", "remotes") == "evil\n"
    assert repo.anvcs("config", "get", "prompt.policy") == "inline\n"
    assert "approved" in repo.anvcs("trust", "show")
    repo.write(FILE, "remotes: [evil, worse]\n")
    assert repo.anvcs("config", "get", "remotes") == ""
    repo.anvcs("trust", "approve")
    assert repo.anvcs("trust", "revoke") == "2 approvals taken back\n"
    assert "inert: evil, worse" in repo.anvcs("config", "show", "--origin")


def test_a_stricter_prompt_policy_needs_no_approval(repo: Sandbox) -> None:
    repo.write(FILE, "prompt: {policy: withheld}\n")
    assert repo.anvcs("config", "get", "prompt.policy") == "withheld\n"
    assert "nothing that needs your approval" in repo.anvcs("trust", "show")


def test_the_file_of_head_counts_when_the_repository_is_bare(repo: Sandbox) -> None:
    repo.commit("settings", {FILE: "merge: {timeout: 7}\n"})
    repo.git("clone", "-q", "--bare", ".", "../bare.git")
    answer = repo.anvcs("config", "get", "merge.timeout", cwd=repo.base / "bare.git")
    assert answer == "7\n"


def test_broken_approvals_say_so_when_they_are_read(repo: Sandbox) -> None:
    repo.write(FILE, "remotes: [origin]\n")
    repo.anvcs("trust", "approve")
    store = repo.home / ".local/state/git-anvcs/trust.json"
    assert store.stat().st_mode & 0o077 == 0
    store.write_text("{")
    done = repo.run("git-anvcs", "config", "show")
    assert (done.returncode, "cannot be read" in done.stderr) == (1, True)


def test_the_published_schema_and_the_page_say_what_the_program_knows() -> None:
    reference = Path(__file__).parents[2] / "docs/reference"
    assert json.loads((reference / "ai-vcs.config.schema.json").read_text()) == words.schema()
    page = (reference / "settings.md").read_text()
    for key in words.known().values():
        assert f"| `{key.name}`" in page
        assert key.spec["description"] in page


def test_a_link_to_a_device_is_no_settings_file(repo: Sandbox) -> None:
    (repo.root / FILE).symlink_to("/dev/zero")
    assert shown(repo)["inert"] == {}


def test_escape_sequences_of_the_file_never_reach_the_terminal(repo: Sandbox) -> None:
    repo.write(FILE, 'blobs: {track: ["\\e[2Jx"]}\nadapters: {s3: {bucket: "\\e[31mred"}}\n')
    for command in (("config", "show", "--origin"), ("config", "get", "blobs.track")):
        assert "2Jx" in repo.anvcs(*command)
        assert "\x1b" not in repo.anvcs(*command)
    assert "\x1b" not in repo.run("git-anvcs", "trust", "show").stdout
    repo.write(FILE, '"\\e[2J": 1\n')
    done = repo.run("git-anvcs", "config", "show")
    assert (done.returncode, "\x1b" in done.stderr) == (2, False)


def test_no_text_that_names_a_server_takes_a_secret_there_unapproved(repo: Sandbox) -> None:
    """The region, too, becomes a part of the server's name."""
    text = "adapters: {s3: {bucket: '${KEY}', region: '${KEY}', endpoint_url: '${KEY}'}}"
    repo.write(FILE, text)
    found = json.loads(repo.anvcs("config", "show", "--json", env={"KEY": "secret"}))
    values = {name: setting["value"] for name, setting in found["settings"].items()}
    assert [values[f"adapters.s3.{key}"] for key in ("bucket", "region", "endpoint_url")] == [
        ""
    ] * 3
    assert len(found["inert"]) == 3


def test_what_a_variable_holds_is_shown_only_to_who_asks_for_it(repo: Sandbox) -> None:
    repo.write(FILE, "adapters: {s3: {bucket: '${KEY}'}}\nremotes: ['${KEY}']\n")
    for command in (
        ("config", "show", "--origin"),
        ("trust", "show"),
        ("config", "show", "--json"),
    ):
        done = repo.run("git-anvcs", *command, env={"KEY": "secret"})
        assert "${KEY}" in done.stdout
        assert "secret" not in done.stdout + done.stderr
    repo.run("git-anvcs", "trust", "approve", env={"KEY": "secret"})
    asked = repo.anvcs("config", "get", "adapters.s3.bucket", env={"KEY": "secret"})
    assert asked == "secret\n"


def test_every_setting_is_read_by_some_code() -> None:
    """Under its name, or its last word where a group is read in a loop (`adapters.s3.{word}`)."""
    package = Path(words.__file__).parents[1]
    code = "\n".join(path.read_text() for path in package.rglob("*.py"))
    unread = []
    for name in words.known():
        group, _, last = name.rpartition(".")
        variable = f"ANVCS_{name.replace('.', '_').upper()}"
        whole = (f'"{name}"', f'"anvcs.{name}"', f'"{variable}"')
        loops = (f'"{group}.{{', f'= "{group}"', f'"adapters.{{alias}}.{last}"')
        in_loop = f'{last}"' in code and any(one in code for one in loops)
        if not in_loop and not any(one in code for one in whole):
            unread.append(name)
    assert unread == []
