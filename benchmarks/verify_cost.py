"""What `git anvcs verify` costs on the merges of a history, and how often it finds something.

The newest merges of all branches are judged in one run. Beside it: `git log --remerge-diff` of
the same merges, Git's own way to show what a merge did by hand (Git 2.35 and newer). With
--findings the findings are printed, to be looked at by a person. The repository is only read.

    python benchmarks/verify_cost.py --repo PATH/TO/clone --merges 1000
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
import json
from pathlib import Path
import sys
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading
from git_anvcs.cli.verified import findings_text
from git_anvcs.flows import verify
from git_anvcs.git.repo import Repo


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, help="a clone, bare or not")
    parser.add_argument("--merges", type=int, default=1000)
    parser.add_argument("--ordinary", type=int, default=1000, help="commits that are no merges")
    parser.add_argument("--findings", action="store_true", help="print what is found")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    repo = Repo.discover(args.repo)
    merges = listed(repo, "--min-parents=2", args.merges)
    ordinary = listed(repo, "--no-merges", args.ordinary)
    facts: dict[str, object] = {}
    for name, commits in (("merges", merges), ("ordinary commits", ordinary)):
        verdict, seconds, used = timed(repo, commits)
        kinds = Counter(finding.kind for finding in verdict.findings)
        facts[name] = {
            "commits": len(commits),
            "seconds": round(seconds, 1),
            "CPU seconds": round(used, 1),
            "commits with findings": len({one.commit for one in verdict.findings}),
            "kinds": dict(kinds),
            "commits with a choice": len({one.commit for one in verdict.decided}),
            "not judged": len(verdict.unjudged),
        }
        if args.findings:
            print("\n".join(findings_text(verdict.findings, 0, colour=False)))
    facts["git log --remerge-diff of the merges"] = remerged(repo, merges)
    print(json.dumps(facts, indent=2) if args.json else text(facts))


def listed(repo: Repo, which: str, most: int) -> list[str]:
    return repo.git("rev-list", "--all", which, f"--max-count={most}").decode().split()


def timed(repo: Repo, commits: Sequence[str]) -> tuple[verify.Verdict, float, float]:
    """The verdict, seconds by the clock, seconds of processor with the git processes."""
    begin, used = time.perf_counter(), reading.processor_time()
    own = time.process_time()
    verdict = verify.verify(repo, commits)
    own = time.process_time() - own
    return verdict, time.perf_counter() - begin, own + reading.processor_time() - used


def remerged(repo: Repo, merges: Sequence[str]) -> dict[str, float]:
    begin, used = time.perf_counter(), reading.processor_time()
    stdin = "".join(f"{oid}\n" for oid in merges).encode()
    repo.git("log", "--no-walk", "--remerge-diff", "--stdin", stdin=stdin)
    clock = time.perf_counter() - begin
    return {"seconds": round(clock, 1), "CPU seconds": round(reading.processor_time() - used, 1)}


def text(facts: dict[str, object]) -> str:
    lines = []
    for name, said in facts.items():
        assert isinstance(said, dict)
        lines.append(f"{name}: " + ", ".join(f"{key} {value}" for key, value in said.items()))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
