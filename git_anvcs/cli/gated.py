"""The option --gate, of the commands that run checks on a merge."""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.kernel.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.flows.guard.checks import Check

_CONFIGURED, _NONE = "configured", "none"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--gate", "--check", action="append", default=[], metavar="CMD",
        help="what the result must pass; `configured`, `none`",
    )  # fmt: skip
    parser.add_argument("--fresh", action="store_true", help="run what passed before, too")


def asked(call: Call) -> "tuple[Check, ...]":
    """The checks that the command line names, else those of the settings."""
    from git_anvcs.flows import settings as settings_flow
    from git_anvcs.flows.guard import checks

    said = call.args.gate
    if _NONE in said:
        if len(said) > 1:
            raise UsageError("--gate none and another --gate do not go together")
        return ()
    found = checks.given([one for one in said if one != _CONFIGURED])
    if said and _CONFIGURED not in said:
        return found
    configured = checks.configured(settings_flow.load(call.repo, call.env))
    if said and not configured and not notebooks(call):
        raise UsageError(
            f"no check is configured ({checks.SETTING})", hint="say a command: --gate CMD"
        )
    return (*configured, *found)


def notebooks(call: Call) -> bool:
    """Whether notebooks that both sides changed have to run; a part of the configured checks."""
    said = call.args.gate
    if said and _CONFIGURED not in said:
        return False
    from git_anvcs.flows import settings as settings_flow
    from git_anvcs.flows.guard import checks

    return settings_flow.load(call.repo, call.env).flag(checks.NOTEBOOKS)
