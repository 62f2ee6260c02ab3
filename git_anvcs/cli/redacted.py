"""`git anvcs meta redactions`: what was taken out of prompts, by rule, session and commit."""

from git_anvcs.cli.command import Call
from git_anvcs.flows import exchange, redactions
from git_anvcs.flows.redactions import Removed, Report
from git_anvcs.kernel.errors import DONE
from git_anvcs.kernel.terminal import safe


def run(call: Call) -> int:
    """Report on the commits or ranges named, or on all that have records."""
    found = redactions.report(call.repo, exchange.chosen(call.repo, call.args.words))
    facts = {
        "prompts": len(found.prompts),
        "redactions": found.redactions,
        "silent": found.silent,
        "rules": found.by_rule(),
        "sessions": found.by_session(),
        "commits": [each._asdict() for each in found.removed],
    }
    call.output.answer(facts, lambda: _text(found))
    return DONE


def _text(found: Report) -> str:
    lines = [_line(each) for each in found.removed]
    if found.by_rule():
        lines.append("")
        lines += [f"{count:>6}  {rule}" for rule, count in found.by_rule().items()]
    silent = f"; of {found.silent} nothing is known" if found.silent else ""
    secrets, prompts = found.redactions, len(found.prompts)
    total = f"{_number(secrets, 'secret')} taken out of {_number(prompts, 'prompt')}{silent}"
    return "\n".join([*lines, *([""] if lines else []), total])


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


def _line(each: Removed) -> str:
    kinds = [f"{rule} {count}" for rule, count in each.rules.items()]
    if each.unnamed:
        kinds.append(f"{each.unnamed} of a kind not known here")
    return f"{each.commit[:12]}  {safe(each.session)}  {', '.join(kinds)}"
