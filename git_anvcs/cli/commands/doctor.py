"""Prove that everything `git anvcs init` wired works, and say how to mend what does not.

A scratch repository gets the same hooks, drivers and attributes; a commit there must leave a
record, a merge there must be merged by each wired driver, and with the program missing Git's own
markers must stand. Then versions, programs, settings, refs, and what waits or was set aside are
looked at, and each hook is timed. `--fix` does the mendings that are safe: it renews what init
wires, turns waiting lines into records and makes both record refs equal. Exit 1 with findings.

Example:
  git anvcs doctor
  git anvcs doctor --fix --runs 50
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.cli.output import styled
from git_anvcs.flows import doctor
from git_anvcs.flows.doctor import Check, Examination
from git_anvcs.kernel.errors import DONE, NO, UsageError
from git_anvcs.kernel.terminal import safe_text


def add_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--fix", action="store_true", help="do the mendings that are safe, then look again")
    add("--dry-run", action="store_true", help="with --fix: only say what would be mended")
    add("--runs", type=int, default=20, metavar="N", help="time each hook N times (20; 0: not)")


def run(call: Call) -> int:
    if not 0 <= call.args.runs <= 1000:
        raise UsageError("--runs takes a number from 0 to 1000")
    with call.output.working("trying hooks and drivers in a scratch repository"):
        found = doctor.examine(call.repo, call.env, runs=call.args.runs)
    mended: list[str] = []
    if call.args.fix and not call.args.dry_run:
        mended = doctor.mend(call.repo, call.env, found.findings)
        if mended:
            found = doctor.examine(call.repo, call.env, runs=call.args.runs)
    facts = {
        "ok": not found.findings,
        "findings": [_facts(check) for check in found.findings],
        "checks": [_facts(check) for check in found.checks if not check.wrong],
        "hooks": [timing._asdict() for timing in found.timings],
        "mended": mended,
    }
    call.output.answer(facts, lambda: _text(call, found, mended))
    return NO if found.findings else DONE


def _facts(check: Check) -> dict[str, object]:
    if not check.wrong:
        return {"check": check.name, "said": check.said}
    return {
        "check": check.name,
        "wrong": check.wrong,
        "mend": check.mend,
        "fixable": bool(check.fix),
    }


def _text(call: Call, found: Examination, mended: list[str]) -> str:
    colour = call.output.colour
    lines = [f"mended: {said}" for said in mended]
    for check in found.checks:
        mark, style = ("✗", "red") if check.wrong else ("✓", "green")
        said = safe_text(check.wrong or check.said)
        lines.append(f"{styled(mark, style, colour=colour)} {check.name:<15} {said}")
        if check.wrong and check.mend:
            lines.append(f"  {'':<15} mend: {safe_text(check.mend)}")
    for timing in found.timings:
        said = f"p50 {timing.p50:5.1f} ms   p95 {timing.p95:5.1f} ms   ({timing.runs} runs)"
        lines.append(f"  {timing.event:<15} {said}")
    fixable = any(check.fix for check in found.findings)
    count = len(found.findings)
    lines.append(f"{count} finding{'s' * (count != 1)}" if count else "all well")
    if fixable and not (call.args.fix and not call.args.dry_run):
        lines.append("`git anvcs doctor --fix` mends what is safe to mend")
    return "\n".join(lines)
