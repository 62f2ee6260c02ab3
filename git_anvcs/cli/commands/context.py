"""Say what the next commits of this worktree are: agent, model, prompt.

`set` holds for every commit made in this worktree from now on, by plain `git commit` too, until
`clear`; with --once only for the next one. It replaces what was set before. It wins over what
hooks observe; `git anvcs commit --agent …` wins over it. The prompt is redacted before anything
of it is written, and its text stays on this machine unless policy says otherwise.

Undo with `git anvcs context clear`. Exit codes: 0 done, 2 a value cannot stand in a record.

Example:
  git anvcs context set --agent claude:42 --model anthropic/claude-opus-4-6 --prompt "Fix #12"
  git anvcs context show
  git anvcs context clear
"""

from argparse import ArgumentParser
from typing import Any

from git_anvcs.cli.command import Call
from git_anvcs.flows import context
from git_anvcs.flows.peek import peek
from git_anvcs.kernel.errors import DONE, UsageError
from git_anvcs.kernel.terminal import safe
from git_anvcs.provenance import prompts
from git_anvcs.store.paths import Paths


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=("set", "show", "clear"), help="what to do")
    parser.add_argument("--agent", metavar="ID", help="set: TOOL:SESSION, or human")
    parser.add_argument("--model", metavar="PROVIDER/MODEL", help="set: as models.dev names it")
    parser.add_argument("--prompt", metavar="TEXT", help="set: what was asked for")
    parser.add_argument("--once", action="store_true", help="set: for the next commit only")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")


def run(call: Call) -> int:
    match call.args.action:
        case "set":
            return _set(call)
        case "clear":
            return _clear(call)
    said = peek(call.repo).here.context
    call.output.answer({"context": _shown(said)}, lambda: _text(call, said))
    return DONE


def _set(call: Call) -> int:
    args = call.args
    if args.agent is None and args.model is None and args.prompt is None:
        raise UsageError("nothing is said", hint="give --agent, --model or --prompt")
    context.check(agent=args.agent, model=args.model, policy=None)
    if args.dry_run:
        said = {"agent": args.agent, "model": args.model, "once": args.once}
        said = {key: item for key, item in said.items() if item}
    else:
        paths = Paths(call.repo.common_dir)
        said = context.said(paths, agent=args.agent, model=args.model, prompt=args.prompt)
        said |= {"once": True} if args.once else {}
        context.tell(call.repo, "set", said=said)
    call.output.answer({"context": _shown(said)}, lambda: _text(call, said))
    return DONE


def _clear(call: Call) -> int:
    said = peek(call.repo).here.context
    if said and not call.args.dry_run:
        context.tell(call.repo, "clear")
    text = "cleared" if said else "nothing was set"
    call.output.answer({"cleared": _shown(said)}, text)
    return DONE


def _shown(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "agent": said.get("agent"),
        "model": said.get("model"),
        "prompt_hmac_sha256": said.get("prompt_mac"),
        "redactions": said.get("redactions", 0),
        "once": bool(said.get("once")),
    }


def _text(call: Call, said: dict[str, Any]) -> str:
    if not said:
        return "nothing is set; commits say what hooks observe"
    lines = [f"{key:<8} {safe(str(said[key]))}" for key in ("agent", "model") if said.get(key)]
    if said.get("prompt_mac"):
        text = prompts.read(Paths(call.repo.common_dir), str(said["prompt_mac"])) or ""
        first = text.strip().splitlines()[0] if text.strip() else ""
        lines.append(f"prompt   {safe(first[:100])}")
    lines.append("for the next commit" if said.get("once") else "for every commit here until clear")
    return "\n".join(lines)
