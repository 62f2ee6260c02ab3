"""The packages of a lock file, and which of them need which.

`read` knows a file by its name; what is in it is not checked beyond that. The formats: npm's
documentation ("package-lock.json"), pnpm's lock file versions 5 to 9, Composer's and NuGet's
("packages.lock.json"), Nix ("flake.lock").
"""

from collections.abc import Callable, Iterator, Mapping
import json
import re
from typing import NamedTuple

from git_anvcs.merge.data import yaml_text
from git_anvcs.merge.data.node import Node
from git_anvcs.merge.locks import lines
from git_anvcs.merge.locks.graph import Lock
from git_anvcs.merge.locks.table import name_of
from git_anvcs.merge.result import NotUnderstood, Versions
from git_anvcs.merge.toml.plain import loaded

Table = Mapping[str, object]


def read(path: str, text: bytes) -> Lock | None:
    """None for files whose packages nobody reads here. Raises NotUnderstood for broken ones."""
    name = name_of(path)
    if name in lines.READERS:
        return lines.READERS[name](text.decode())
    if name in OF_JSON:
        try:
            return OF_JSON[name](table(json.loads(text))) if text.strip() else empty()
        except (ValueError, RecursionError) as problem:
            raise NotUnderstood(str(problem)) from problem
    if name == "pnpm-lock.yaml":
        root = yaml_text.parse(b"\n" + text, {}).root if text.strip() else None
        return pnpm(table(plain(root))) if root else empty()
    return of_toml(name, text) if name in OF_TOML else None


def of_toml(name: str, text: bytes) -> Lock:
    try:
        lock = loaded(text)
        return pinned(named(lock), lock, EXACT[name]) if name in EXACT else named(lock)
    except (ValueError, RecursionError) as problem:
        raise NotUnderstood(str(problem)) from problem


def all_of(path: str, versions: Versions, text: bytes) -> list[Lock] | None:
    """Base, ours, theirs and the result; None where one of them cannot be read."""
    found = []
    for one in (*versions, text):
        try:
            lock = read(path, one)
        except NotUnderstood:
            return None
        if lock is None:
            return None
        found.append(lock)
    return found


def empty() -> Lock:
    return Lock({}, {}, frozenset())


def table(value: object) -> Table:
    """A map, and nothing else."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """A list, and nothing else."""
    return value if isinstance(value, list) else []


def npm(lock: Table) -> Lock:
    """`packages` by their paths (version 2 and 3), else the tree of `dependencies`. The project
    and its workspaces are no packages: they follow their manifests."""
    old = "packages" not in lock
    rows = (
        dict(nested("", lock)) if old else {k: table(v) for k, v in table(lock["packages"]).items()}
    )
    packages = {path: row for path, row in rows.items() if "node_modules/" in path}
    needs: dict[str, frozenset[str]] = {}
    ranges: dict[str, dict[str, str]] = {}
    dangling = set()
    for path, row in rows.items():
        wanted = {**table(row.get("requires" if old else "dependencies"))}
        wanted |= {} if path in packages else table(row.get("devDependencies"))
        there = {name: found_from(path, name, rows) for name in wanted}
        needs[path] = frozenset(found for found in there.values() if found)
        ranges[path] = {found: str(wanted[name]) for name, found in there.items() if found}
        optional = table(row.get("optionalDependencies"))
        dangling |= {
            (path, name) for name, found in there.items() if not found and name not in optional
        }
    return Lock(packages, needs, frozenset(dangling), ranges=ranges)


def nested(above: str, row: Table) -> Iterator[tuple[str, Table]]:
    """Version 1: a package's own dependencies are in it."""
    for name, one in table(row.get("dependencies")).items():
        path = f"{above}/node_modules/{name}".lstrip("/")
        inner = table(one)
        yield path, {key: value for key, value in inner.items() if key != "dependencies"}
        yield from nested(path, inner)


def found_from(path: str, name: str, packages: Table) -> str:
    """Where Node finds a package from here: in the folder, or in one above it."""
    while True:
        place = f"{path}/node_modules/{name}".lstrip("/")
        if place in packages:
            return place
        if not path:
            return ""
        path = path.rpartition("/node_modules/")[0] if "/node_modules/" in path else ""


def composer(lock: Table) -> Lock:
    """Packages by name; what is no package (php, ext-…) has no slash in its name."""
    rows: dict[str, Table] = {}
    for part in ("packages", "packages-dev"):
        rows |= {str(one.get("name")): one for one in map(table, listed(lock.get(part)))}
    stands_for = {
        other
        for row in rows.values()
        for part in ("replace", "provide")
        for other in table(row.get(part))
    }
    wants = {
        name: {one for one in table(row.get("require")) if "/" in one} for name, row in rows.items()
    }
    needs = {name: frozenset(row & rows.keys()) for name, row in wants.items()}
    dangling = {
        (name, one) for name, row in wants.items() for one in row - rows.keys() - stands_for
    }
    return Lock(rows, needs, frozenset(dangling))


def pipfile(lock: Table) -> Lock:
    """Packages by section and name; Pipenv does not write which needs which."""
    packages = {
        f"{part}/{name}": one
        for part, rows in lock.items()
        if part != "_meta"
        for name, one in table(rows).items()
    }
    return Lock(packages, {}, frozenset())


def nuget(lock: Table) -> Lock:
    """Packages by framework and name; names have no case."""
    packages: dict[str, object] = {}
    wants: dict[str, set[str]] = {}
    for frame, rows in table(lock.get("dependencies")).items():
        for name, one in table(rows).items():
            key = f"{frame}/{name.lower()}"
            packages[key] = one
            needed = table(table(one).get("dependencies"))
            wants[key] = {f"{frame}/{other.lower()}" for other in needed}
    return linked(packages, wants)


def flake(lock: Table) -> Lock:
    """Nodes by name; the root is the flake itself."""
    packages = {name: one for name, one in table(lock.get("nodes")).items() if name != "root"}
    wants = {
        name: {one for one in table(table(row).get("inputs")).values() if isinstance(one, str)}
        for name, row in packages.items()
    }
    return linked(packages, wants)


def linked(packages: Mapping[str, object], wants: Mapping[str, set[str]]) -> Lock:
    """Where needs are written as identities."""
    needs = {name: frozenset(row & packages.keys()) for name, row in wants.items()}
    dangling = {(name, one) for name, row in wants.items() for one in row - packages.keys()}
    return Lock(packages, needs, frozenset(dangling))


PEERS = re.compile(r"\(.*$|_.*$")


def pnpm(lock: Table) -> Lock:
    """Packages by name and version, which their dependents name: no edge is left to choose."""
    packages = table(lock.get("packages"))
    snapshots = table(lock.get("snapshots")) or packages
    there = {bare(key) for key in packages}
    dangling = set()
    importers = {f"importer {key}": one for key, one in table(lock.get("importers")).items()}
    projects = {"importer": lock, **importers}
    for key, one in {**snapshots, **projects}.items():
        for name, version in wanted_by(table(one), project=key in projects):
            wanted = str(version)
            if wanted.startswith(("link:", "file:", "http", "/")) or "/" in wanted:
                continue
            wanted = wanted if "@" in PEERS.sub("", wanted) else f"{name}@{wanted}"
            if bare(wanted) not in there:
                dangling.add((key, name))
    rows = {
        f"{part}:{key}": one
        for part in ("packages", "snapshots")
        for key, one in table(lock.get(part)).items()
    }
    return Lock(rows, {}, frozenset(dangling))


def wanted_by(row: Table, *, project: bool) -> Iterator[tuple[str, object]]:
    """Names and versions; a project's own are tables from version 6 of the format on."""
    parts = ("dependencies", "devDependencies") if project else ("dependencies",)
    for part in parts:
        for name, said in table(row.get(part)).items():
            yield name, table(said).get("version", "link:") if isinstance(said, dict) else said


def bare(key: str) -> str:
    """`name@version` of a key of any version of the format."""
    key = re.sub(r"\(.*$", "", key.strip("'\"").removeprefix("/"))
    if "@" in key[1:]:
        return key
    name, _slash, version = key.rpartition("/")
    return f"{name}@{version.partition('_')[0]}"


def plain(node: Node) -> object:
    """A value of YAML as one of Python; scalars as they are written."""
    if node.kind == "map":
        return {item.key: plain(item.value) for item in node.items}
    if node.kind == "list":
        return [plain(item.value) for item in node.items]
    return node.value


def named(lock: Table) -> Lock:
    """The `package` tables of Cargo, uv, Poetry and PDM, all of one name together. Members of the
    workspace follow their manifests. What dangles the format of TOML tells, with its place."""
    packages: dict[str, list[Table]] = {}
    needs: dict[str, frozenset[str]] = {}
    for row in map(table, listed(lock.get("package"))):
        name = str(row.get("name"))
        source = row.get("source")
        if source is None and "metadata" not in lock and "checksum" not in row:
            member = isinstance(row.get("dependencies", []), list) and "version" in lock
        else:
            member = bool({"virtual", "editable"} & table(source).keys())
        if not member:
            packages.setdefault(name, []).append(row)
            needs[name] = needs.get(name, frozenset()) | needed(row.get("dependencies"))
    return Lock(packages, needs, frozenset())


class Wanted(NamedTuple):
    """A package that another one names; what it does not say is not asked."""

    name: str
    version: str = ""
    source: object = None

    def means(self, package: Table) -> bool:
        return (not self.version or package.get("version") == self.version) and (
            self.source is None or package.get("source") == self.source
        )


def cargo(row: Table) -> Iterator[Wanted]:
    """`name`, `name version` or `name version (source)`: as short as it was clear once."""
    for one in listed(row.get("dependencies")):
        name, version, source, *_rest = [*str(one).split(" "), "", ""]
        yield Wanted(name, version, source.strip("()") or None)


def uv(row: Table) -> Iterator[Wanted]:
    """Tables with a name, and with version and source where there are several of that name."""
    groups = (table(row.get(part)) for part in ("optional-dependencies", "dev-dependencies"))
    rows = [row.get("dependencies"), *(group for part in groups for group in part.values())]
    for one in (table(inner) for group in rows for inner in listed(group)):
        yield Wanted(str(one.get("name")), str(one.get("version") or ""), one.get("source"))


EXACT: Mapping[str, Callable[[Table], Iterator[Wanted]]] = {"Cargo.lock": cargo, "uv.lock": uv}


def pinned(found: Lock, lock: Table, wants: Callable[[Table], Iterator[Wanted]]) -> Lock:
    """The same, with what each package needs held against the versions that are there."""
    rows = list(map(table, listed(lock.get("package"))))
    there: dict[str, list[Table]] = {}
    for row in rows:
        there.setdefault(str(row.get("name")), []).append(row)
    dangling: set[tuple[str, str]] = set()
    unclear: set[tuple[str, str]] = set()
    for row in rows:
        package = f"{row.get('name')} {row.get('version')}"
        for one in wants(row):
            meant = sum(map(one.means, there.get(one.name, ())))
            said = " ".join(filter(None, (one.name, one.version)))
            if meant != 1:
                (unclear if meant else dangling).add((package, said))
    return found._replace(dangling=frozenset(dangling), unclear=frozenset(unclear))


def needed(dependencies: object) -> frozenset[str]:
    """Names, from a table of them, a list of tables, or of texts that begin with the name."""
    if isinstance(dependencies, dict):
        return frozenset(dependencies)
    rows = listed(dependencies)
    return frozenset(
        str(one["name"]) if isinstance(one, dict) and "name" in one else str(one).split(" ")[0]
        for one in rows
    )


OF_JSON: Mapping[str, Callable[[Table], Lock]] = {
    "package-lock.json": npm,
    "npm-shrinkwrap.json": npm,
    "composer.lock": composer,
    "Pipfile.lock": pipfile,
    "packages.lock.json": nuget,
    "flake.lock": flake,
}

OF_TOML = frozenset(("Cargo.lock", "uv.lock", "poetry.lock", "pdm.lock"))
