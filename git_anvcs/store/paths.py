"""The map of our folder `<common Git dir>/anvcs/`: every file of ours there has its name here."""

from git_anvcs.kernel.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
_LONGEST = 200  # bytes; file systems take 255, and a lock or a draft adds to it


def file_name(name: str) -> str:
    """A file name for a name that may be any bytes, such as a ref's; no two share one."""
    raw = name.encode(errors="surrogateescape")
    quoted = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)
    if len(quoted) <= _LONGEST:
        return quoted
    return f"{quoted[: _LONGEST - 65]}+{sha256(raw).hexdigest()}"  # no other name has a `+`


class Paths:
    """Where our files of one repository are; making the object touches nothing."""

    def __init__(self, common_dir: "Path") -> None:
        self.home = common_dir / "anvcs"
        self.spool = self.home / "spool"
        self.set_aside = self.home / "set-aside"
        self.locks = self.home / "locks"
        self.logs = self.home / "logs"
        self.prompts = self.home / "prompts"
        self.sessions = self.home / "sessions"
        self.install = self.home / "install"
        self.outbox = self.home / "outbox"
        self.verdicts = self.home / "verdicts.json"  # a cache of the radar: files
        self.pairs = self.home / "pairs.json"  # and pairs of commits
        self.advised = self.home / "advised"  # who heard lately of whom
        self.leases = self.home / "leases"
        self.snapshots = self.home / "snapshots"
        self.merges = self.home / "merges"  # what the drivers decided
        self.proposals = self.home / "proposals"  # what a program or a model would write
        self.reviewed = self.home / "reviewed.json"  # what a person accepted of it
        self.sync = self.home / "sync"  # who we are to others, what of theirs is taken in
        self.keys = self.home / "keys"  # this clone's own; the private one never leaves
        self.guard = self.home / "guard"  # which trees passed which checks
        self.scratch = self.home / "scratch"  # names of folders that a killed process leaves
        self.landing = self.home / "landing"  # what a killed landing was about to do
        self.journal = self.home / "journal"  # what happened between commits
        self.blobs = self.home / "blobs"  # contents of large files, and what is known of them
        self.migrations = self.blobs / "migrate"  # which commit became which
        self.ledger = self.blobs / "ledger.db"
        self.due = self.home / "due.json"  # commits that a policy proposes
        self.off = self.home / "off"  # made by uninstall: hooks and drains do nothing


class BlobNames:
    """What the filter of large files needs of them, as strings: it must not load pathlib."""

    def __init__(self, common_dir: str) -> None:
        self.blobs = f"{common_dir}/anvcs/blobs"
        self.ledger = f"{self.blobs}/ledger.db"
