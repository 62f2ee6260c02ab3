"""The settings in force and where each comes from.

A setting comes from its default, from ai-vcs.config.yaml at the top of the repository, from Git's
configuration (`anvcs.prompt.policy`), or from the environment (`ANVCS_PROMPT_POLICY`); the later
wins. What the repository's file says about sending data is inert until `git anvcs trust approve`.
`show` prints `${NAME}` as it is written, since it may stand for a secret; `get` fills it in.

Examples:
  git anvcs config show --origin
  git anvcs config get prompt.policy
  git anvcs config schema > ai-vcs.config.schema.json
"""

from argparse import ArgumentParser
import json

from git_anvcs.cli.command import Call
from git_anvcs.flows import settings as flow
from git_anvcs.kernel import settings as words
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.settings import Settings
from git_anvcs.kernel.terminal import safe_text


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        default="show",
        choices=("show", "get", "schema"),
        help="show (the default): all; get: the value of KEY; schema: of ai-vcs.config.yaml",
    )
    parser.add_argument("key", metavar="KEY", nargs="?", help="such as prompt.policy")
    parser.add_argument("--origin", action="store_true", help="show: where each value comes from")


def run(call: Call) -> int:
    if call.args.action == "schema":
        print(json.dumps(words.schema(), indent=2))
        return 0
    if (call.args.action == "get") != (call.args.key is not None):
        raise UsageError("get takes one KEY, and only get does")
    found = flow.load(call.repo, call.env)
    if call.args.action == "get":
        value = found.find(call.args.key)
        facts = {"key": call.args.key, "value": value.value, "origin": value.origin}
        call.output.answer(facts, safe_text(_plain(value.value)))
        return 0
    inert = found.inert()
    rows = {name: found.find(name) for name in words.known()}
    facts = {
        "settings": {n: {"value": v.shown, "origin": v.origin} for n, v in rows.items()},
        "inert": {n: {"value": v.shown, "origin": v.origin} for n, v in inert.items()},
    }
    call.output.answer(facts, lambda: safe_text(_table(found, origin=call.args.origin)))
    return 0


def _table(found: Settings, *, origin: bool) -> str:
    lines, inert = [], found.inert()
    for name in words.known():
        value = found.find(name)
        line = f"{name} = {_plain(value.shown)}"
        lines.append(f"{line:<44} {value.origin}" if origin else line)
        if name in inert:
            said = f"  inert: {_plain(inert[name].shown)}"
            lines.append(f"{said:<44} {inert[name].origin}, {inert[name].inert}")
    if inert:
        lines.append("`git anvcs trust show` explains; `git anvcs trust approve` puts it in force")
    return "\n".join(lines)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
