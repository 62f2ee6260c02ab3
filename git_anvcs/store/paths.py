"""The map of our folder `<common Git dir>/anvcs/`: every file of ours there has its name here.

And what others may do with it is decided here alone, by Git's own rule (core.sharedRepository in
git-config(1), adjust_shared_perm in its path.c): with `group` the group may read and write, with
`world` all others may read, too, and an octal number says exactly; folders hand their group down.
It is read from the file `config` of the repository, where `git init --shared` writes it: a filter
would be half its time starting git to ask. What is there already stays as it is, as with Git.
"""

import os
import stat

from git_anvcs.kernel.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    Name = str | os.PathLike[str]

LISTS = "anvcs-late."  # in a worktree's own Git directory: see flows/blobs/unwritten
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
_LONGEST = 200  # bytes; file systems take 255, and a lock or a draft adds to it

_OURS = ("/anvcs", "/hooks")
_PRIVATE = ("keys",)  # below it: with the private key of this clone its owner signs
_CONFIG = 1 << 20  # bytes of a configuration
_WORDS = {
    **dict.fromkeys(("umask", "false", "no", "off", ""), 0),
    **dict.fromkeys(("group", "true", "yes", "on", "1"), 0o660),
    **dict.fromkeys(("all", "world", "everybody", "2"), 0o664),
}
_known: dict[str, int] = {}  # by repository; below 0: exactly these permissions


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


def make_folder(path: "Name", *, mode: int = 0o777) -> None:
    """As os.makedirs with exist_ok; those it makes are for whom the repository is. Raises OSError.

    mode: of the last one, where nobody shares the repository
    """
    name = os.fspath(path)
    if os.path.isdir(name):
        return
    above = os.path.dirname(name)
    if above and above != name:
        make_folder(above)
    try:
        os.mkdir(name, mode)
    except FileExistsError:
        if not os.path.isdir(name):
            raise
    else:
        share(name)


def share(path: "Name", file: int | None = None) -> None:
    """Let others use what was made just now, if it lies below our folder. Never raises.

    file: the same, open; what is another user's stays as that one has made it
    """
    rule = _rule(os.fspath(path))
    if not rule:
        return
    which = path if file is None else file
    try:
        found = os.stat(which)
        old = stat.S_IMODE(found.st_mode)
        new = permissions(old, rule, is_folder=stat.S_ISDIR(found.st_mode))
        if new != old and found.st_uid == os.geteuid():
            os.chmod(which, new)
    except OSError:  # a file system without permissions
        pass


def permissions(mode: int, rule: int, *, is_folder: bool) -> int:
    """What a file or folder of `mode` gets. Pure."""
    more = abs(rule)
    if not mode & 0o200:
        more &= ~0o222
    if mode & 0o100:
        more |= (more & 0o444) >> 2
    made = mode & ~0o777 | more if rule < 0 else mode | more
    if is_folder:
        made |= (made & 0o444) >> 2
        made |= stat.S_ISGID if made & 0o060 else 0
    return made


def rule_of(text: str) -> int:
    """What the value of core.sharedRepository says; 0: nothing. Pure."""
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    try:
        exactly = int(word, 8)
    except ValueError:
        return 0
    if exactly in (0, 1, 2):
        return (0, 0o660, 0o664)[exactly]
    return -(exactly & 0o666) if exactly & 0o600 == 0o600 else 0  # else Git refuses to work


def value_in(config: str) -> str:
    """The last core.sharedRepository of a configuration file; `umask` where there is none. Pure."""
    value, core = "umask", False
    for line in config.splitlines():
        words = line.strip()
        if words.startswith("["):
            head, _, words = words[1:].partition("]")
            core = head.strip().lower() == "core"
        key, equals, told = words.partition("=")
        if core and key.strip().lower() == "sharedrepository":
            told = told.replace("#", ";").partition(";")[0].strip().strip('"')
            value = told if equals else "true"
    return value


def _rule(path: str) -> int:
    """Of the repository in whose folder of ours `path` lies; 0 for what is nobody else's."""
    for name in _OURS:
        at = path.find(name)
        while at >= 0:
            end = at + len(name)
            if path[end : end + 1] in ("", "/"):
                found = _of(path[:at])
                if found is not None:
                    return 0 if path[end + 1 :].partition("/")[0] in _PRIVATE else found
            at = path.find(name, end)
    return 0


def _of(common_dir: str) -> int | None:
    """What a repository says; None: it is none. Asked once, as Git does."""
    if common_dir not in _known:
        try:
            if not os.path.exists(f"{common_dir}/HEAD"):
                return None
            with open(f"{common_dir}/config", encoding="utf-8", errors="replace") as file:
                _known[common_dir] = rule_of(value_in(file.read(_CONFIG)))
        except OSError:
            return None
    return _known[common_dir]
