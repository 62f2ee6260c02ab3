"""Look whether the stores of large files do what they must: keep versions, and give them back.

Each store gets a few small objects under the key anvcs-probe/, which are deleted again. Of a bucket
it is also found whether versioning is on, what the server checks, whether its clock is ours, and
which proxy is asked; what it can do is remembered and made use of.

Exit codes: 0 all is well, 1 something is bad, 5 a store did not answer.

Example:
  git-ai-blob doctor
  git-ai-blob doctor s3 --json
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs.store_checks import Checked, check
from git_anvcs.flows.blobs.stores_here import stores_here
from git_anvcs.kernel.errors import DONE, NO, OFFLINE
from git_anvcs.kernel.terminal import safe


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "stores", metavar="STORE", nargs="*", help="only these: local, nfs, s3, ..."
    )


def run(call: Call) -> int:
    stores = stores_here(call.repo, call.env)
    aliases = tuple(call.args.stores) or stores.writes
    found = list(check(stores, aliases, call.env))
    call.answer({"stores": [row(one) for one in found]}, text(found))
    if all(one.is_good for one in found):
        return DONE
    bad = [one for one in found if not one.is_good]
    silent = all(one.error and one.error.exit_code == OFFLINE for one in bad)
    return OFFLINE if silent else NO


def row(one: Checked) -> dict[str, object]:
    findings = [finding._asdict() for finding in one.findings]
    return {"store": one.alias, "good": one.is_good, "findings": findings}


def text(found: Sequence[Checked]) -> str:
    lines = []
    for one in found:
        lines.append(f"{safe(one.alias)}: {'good' if one.is_good else 'not good'}")
        for finding in one.findings:
            lines.append(f"  {finding.status:4}  {finding.check}: {safe(finding.said)}")
            if finding.hint and finding.status != "good":
                lines.append(f"        hint: {safe(finding.hint)}")
    return "\n".join(lines)
