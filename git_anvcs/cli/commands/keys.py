"""The key of this clone, with which it signs statements.

  keys list           the key that signs, and those that did before
  keys new            make the key now; --replace: another one, and delete the old private half
  keys import FILE|-  use this OpenSSH private key, such as one that CI keeps as a secret
  keys export [ID]    the public key, as one line of OpenSSH's, for those who verify

A key is made by itself when something is signed for the first time. The private half lies in
<common Git dir>/anvcs/keys, readable by you alone, and never leaves this machine; the public
halves of older keys stay, so that what they signed can still be verified here. An old private
key cannot be brought back.

Exit codes: 0 done, 1 there is a key already, or none to export, 2 wrong usage, or no such
private key.

Example:
  git anvcs keys new
  git anvcs keys export >> allowed_keys
"""

from argparse import ArgumentParser
import sys

from git_anvcs.cli.command import Call
from git_anvcs.kernel.errors import DONE, AnvcsError, UsageError
from git_anvcs.kernel.terminal import safe_text
from git_anvcs.store.paths import Paths
from git_anvcs.trust import keys
from git_anvcs.trust.keys import Key
from git_anvcs.trust.public_keys import PublicKey


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do, see above")
    parser.add_argument(
        "word", nargs="?", metavar="ID|FILE",
        help="export: which key (SHA256:…); import: the private key (- is standard input)",
    )  # fmt: skip
    parser.add_argument("--replace", action="store_true", help="new, import: even if there is one")
    parser.add_argument("--dry-run", action="store_true", help="new, import: change nothing")


def run(call: Call) -> int:
    if call.args.word and call.args.action in ("list", "new"):
        raise UsageError(f"git anvcs keys {call.args.action} takes no {call.args.word!r}")
    return _ACTIONS[call.args.action](call, Paths(call.repo.common_dir))


def _list(call: Call, paths: Paths) -> int:
    known = keys.known(paths)
    lines = [f"{'*' if key.current else ' '} {key.public.id}  {key.public.owner}" for key in known]
    text = "\n".join(lines) or "no key yet; the first signature makes one"
    call.output.answer({"keys": [_facts(key) for key in known]}, safe_text(text))
    return DONE


def _new(call: Call, paths: Paths) -> int:
    current = _free(call, paths)
    if call.args.dry_run:
        call.output.answer({"id": None, "public": None, "dry_run": True}, "a key would be made")
        return DONE
    return _signs(call, keys.replace(paths) if current else keys.own(paths))


def _import(call: Call, paths: Paths) -> int:
    from git_anvcs.trust import ed25519

    name = call.args.word
    if not name:
        raise UsageError("say which file: git anvcs keys import FILE (- is standard input)")
    try:
        private = sys.stdin.buffer.read() if name == "-" else (call.cwd / name).read_bytes()
        raw = ed25519.public_of(private)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(
            f"{name} is no OpenSSH private key of Ed25519 without a passphrase",
            hint="ssh-keygen -t ed25519 -N '' -f FILE makes one",
        ) from error
    current = next((key.public for key in keys.known(paths) if key.current), None)
    if current is None or current.raw != raw:
        _free(call, paths)
    if call.args.dry_run:
        public = PublicKey(raw)
        facts = {"id": public.id, "public": public.line, "dry_run": True}
        call.output.answer(facts, f"this clone would sign with {public.id}")
        return DONE
    return _signs(call, keys.replace(paths, private))


def _free(call: Call, paths: Paths) -> PublicKey | None:
    """The key that signs now, if it may be replaced. Raises AnvcsError when it may not."""
    current = next((key.public for key in keys.known(paths) if key.current), None)
    if current and not call.args.replace:
        raise AnvcsError(f"this clone has a key: {current.id}", hint="--replace takes another one")
    return current


def _signs(call: Call, made: PublicKey) -> int:
    facts = {"id": made.id, "public": made.line, "dry_run": False}
    call.output.answer(facts, f"this clone signs with {made.id}")
    return DONE


def _export(call: Call, paths: Paths) -> int:
    found = [k for k in keys.known(paths) if call.args.word == k.public.id or not call.args.word]
    if not found:
        which = f" {call.args.word}" if call.args.word else ""
        raise AnvcsError(f"there is no key{which} here", hint="`git anvcs keys list` shows them")
    public = found[0].public
    call.output.answer({"id": public.id, "public": public.line}, safe_text(public.line))
    return DONE


def _facts(key: Key) -> dict[str, object]:
    return {"id": key.public.id, "public": key.public.line, "current": key.current}


_ACTIONS = {"list": _list, "new": _new, "import": _import, "export": _export}
