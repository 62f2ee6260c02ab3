"""What this repository's settings file may do on this machine.

A cloned repository's ai-vcs.config.yaml can never send data or credentials somewhere, run a
program or trust a key until you approve it here. An approval is bound to the file's hash and kept
outside the repository: when the file changes, it has to be approved again. `trust revoke` takes
every approval of this repository back.

Examples:
  git anvcs trust show
  git anvcs trust approve
"""

from argparse import ArgumentParser
from collections.abc import Mapping

from git_anvcs.cli.command import Call
from git_anvcs.flows import settings as flow
from git_anvcs.flows.settings import Written
from git_anvcs.kernel import settings as words
from git_anvcs.kernel.errors import DONE, NO
from git_anvcs.kernel.terminal import safe_text
from git_anvcs.trust import approvals


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=("show", "approve", "revoke"),
        help="show: what the file asks for, exit 1 when that is not approved;"
        " approve: allow exactly this file on this machine;"
        " revoke: take every approval of this repository back",
    )
    parser.add_argument("--dry-run", action="store_true", help="approve, revoke: change nothing")


def run(call: Call) -> int:
    store = flow.approvals_file(call.env)
    if call.args.action == "revoke":
        return _revoke(call)
    written = flow.read_file(call.repo, call.env)
    asks = _asks(written)
    approve = call.args.action == "approve" and bool(asks)
    if written and approve and not call.args.dry_run:
        approvals.approve(store, call.repo.common_dir, written.text)
    known = bool(written and approvals.is_approved(store, call.repo.common_dir, written.text))
    facts: Mapping[str, object] = {
        "file": words.FILE if written else None,
        "sha256": approvals.digest(written.text) if written else None,
        "approved": known,
        "asks": asks,
    }
    call.output.answer(
        facts, lambda: safe_text(_text(asks, known=known, exists=written is not None))
    )
    return NO if asks and not known and call.args.action == "show" else DONE


def _asks(written: Written | None) -> list[dict[str, object]]:
    found = []
    for name, value in (written.values if written else {}).items():
        could = words.known()[name].asks(value.value)
        if could:
            found.append(
                {"key": name, "value": value.shown, "origin": value.origin, "could": could}
            )
    return found


def _text(asks: list[dict[str, object]], *, known: bool, exists: bool) -> str:
    if not exists:
        return f"there is no {words.FILE} here; nothing to approve"
    if not asks:
        return f"{words.FILE} asks for nothing that needs your approval"
    lines = [f"  {ask['key']} = {ask['value']}   ({ask['could']}; {ask['origin']})" for ask in asks]
    verdict = (
        "approved on this machine; undo: git anvcs trust revoke"
        if known
        else "not approved: inert on this machine; `git anvcs trust approve` puts it in force"
    )
    return "\n".join([*lines, verdict])


def _revoke(call: Call) -> int:
    store = flow.approvals_file(call.env)
    count = 0
    if not call.args.dry_run:
        count = approvals.revoke(store, call.repo.common_dir)
    said = f"{count} approvals taken back" if count else "nothing was approved here"
    call.output.answer({"revoked": count}, "nothing changed" if call.args.dry_run else said)
    return DONE
