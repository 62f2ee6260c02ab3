"""The key of this clone, with which it signs statements.

  keys list           the key that signs, and those that did before
  keys new            make the key now; --replace: another one, and delete the old private half
  keys export [ID]    the public key, as one line of OpenSSH's, for those who verify

A key is made by itself when something is signed for the first time. The private half lies in
<common Git dir>/anvcs/keys, readable by you alone, and never leaves this machine; the public
halves of older keys stay, so that what they signed can still be verified here. An old private
key cannot be brought back.

Exit codes: 0 done, 1 there is a key already, or none to export, 2 wrong usage.

Example:
  git anvcs keys new
  git anvcs keys export >> allowed_keys
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.kernel.errors import DONE, AnvcsError, UsageError
from git_anvcs.kernel.terminal import safe_text
from git_anvcs.store.paths import Paths
from git_anvcs.trust import keys
from git_anvcs.trust.keys import Key


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do, see above")
    parser.add_argument("id", nargs="?", metavar="ID", help="export: which key (SHA256:…)")
    parser.add_argument("--replace", action="store_true", help="new: even if there is one")
    parser.add_argument("--dry-run", action="store_true", help="new: make nothing")


def run(call: Call) -> int:
    if call.args.id and call.args.action != "export":
        raise UsageError(f"git anvcs keys {call.args.action} takes no ID")
    return _ACTIONS[call.args.action](call, Paths(call.repo.common_dir))


def _list(call: Call, paths: Paths) -> int:
    known = keys.known(paths)
    lines = [f"{'*' if key.current else ' '} {key.public.id}  {key.public.owner}" for key in known]
    text = "\n".join(lines) or "no key yet; the first signature makes one"
    call.output.answer({"keys": [_facts(key) for key in known]}, safe_text(text))
    return DONE


def _new(call: Call, paths: Paths) -> int:
    current = next((key.public for key in keys.known(paths) if key.current), None)
    if current and not call.args.replace:
        raise AnvcsError(f"this clone has a key: {current.id}", hint="--replace makes another one")
    if call.args.dry_run:
        call.output.answer({"id": None, "public": None, "dry_run": True}, "a key would be made")
        return DONE
    made = keys.replace(paths) if current else keys.own(paths)
    facts = {"id": made.id, "public": made.line, "dry_run": False}
    call.output.answer(facts, f"this clone signs with {made.id}")
    return DONE


def _export(call: Call, paths: Paths) -> int:
    found = [k for k in keys.known(paths) if call.args.id == k.public.id or not call.args.id]
    if not found:
        which = f" {call.args.id}" if call.args.id else ""
        raise AnvcsError(f"there is no key{which} here", hint="`git anvcs keys list` shows them")
    public = found[0].public
    call.output.answer({"id": public.id, "public": public.line}, safe_text(public.line))
    return DONE


def _facts(key: Key) -> dict[str, object]:
    return {"id": key.public.id, "public": key.public.line, "current": key.current}


_ACTIONS = {"list": _list, "new": _new, "export": _export}
