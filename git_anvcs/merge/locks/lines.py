"""The packages of lock files that are read line by line: Yarn, Bundler, CocoaPods, Mix, Gradle."""

from collections.abc import Callable, Mapping
import re

from git_anvcs.merge.locks.graph import Lock

BLOCK = re.compile(r"^(\S[^\n]*):\n((?:[ \t]+[^\n]*\n|\n(?=[ \t]))*)", re.MULTILINE)
WANTS = re.compile(r"^  (?:dependencies|optionalDependencies):\n((?:    [^\n]*\n)*)", re.MULTILINE)
OPTIONAL = re.compile(r"^  optionalDependencies:\n((?:    [^\n]*\n)*)", re.MULTILINE)
PAIR = re.compile(r"^    (\"[^\"\n]+\"|[^\s:]+):? \"?([^\n\"]*)\"?$", re.MULTILINE)
GEM = re.compile(r"^    (\S+) \(([^)\n]+)\)\n((?:      [^\n]*\n)*)", re.MULTILINE)
GEM_NEEDS = re.compile(r"^      (\S+)", re.MULTILINE)
GEM_WANTED = re.compile(r"^DEPENDENCIES\n((?:  [^\n]*\n?)*)", re.MULTILINE)
GEM_NAME = re.compile(r"^  ([^\s!]+)", re.MULTILINE)
PODS = re.compile(r"^PODS:\n((?: [^\n]*\n?)*)", re.MULTILINE)
POD = re.compile(r"^  - \"?([^\s(\"]+) \(([^)\n]+)\)", re.MULTILINE)
POD_NEEDS = re.compile(r"^    - \"?([^\s(\"]+)", re.MULTILINE)
MIX = re.compile(r"^  \"([^\"]+)\": (.*?),?$", re.MULTILINE)
MIX_NEEDS = re.compile(r"\{:(\w+), \"[^\"]*\", \[([^\]]*)\]\}")
GRADLE = re.compile(r"^([^#=\s][^=\n]*):([^:=\n]+)=([^\n]*)$", re.MULTILINE)


def yarn(text: str) -> Lock:
    """Blocks by the ranges that they stand for; a dependency names such a range, so no edge is
    left to choose."""
    packages: dict[str, object] = {}
    wants: list[tuple[str, str, str]] = []
    for head, body in BLOCK.findall(text):
        ranges = patterns(head)
        if ranges == ["__metadata"]:
            continue
        packages.update(dict.fromkeys(ranges, body))
        optional = {pair[0] for rows in OPTIONAL.findall(body) for pair in PAIR.findall(rows)}
        for rows in WANTS.findall(body):
            wants += [
                (ranges[0], name.strip('"'), wanted)
                for name, wanted in PAIR.findall(rows)
                if name not in optional
            ]
    dangling = {
        (block, name)
        for block, name, wanted in wants
        if not {f"{name}@{wanted}", f"{name}@npm:{wanted}"} & packages.keys()
    }
    return Lock(packages, {}, frozenset(dangling))


def patterns(head: str) -> list[str]:
    """The ranges at the head of a block of `yarn.lock`, without quotes."""
    bare = re.findall(r"\"([^\"]*)\"|([^\s,\"]+)", head.removesuffix(":"))
    return [one.strip() for quoted, plain in bare for one in (quoted or plain).split(", ")]


def bundler(text: str) -> Lock:
    """Gems by name and platform; a gem needs others by name."""
    packages: dict[str, object] = {}
    wants: dict[str, set[str]] = {}
    for name, version, rows in GEM.findall(text):
        key = f"{name} {version.partition('-')[2]}".rstrip()
        packages[key] = (version, rows)
        wants[key] = set(GEM_NEEDS.findall(rows)) - {"bundler"}
    for rows in GEM_WANTED.findall(text):
        wants["the Gemfile"] = set(GEM_NAME.findall(rows)) - {"bundler"}
    return by_name(packages, wants)


def by_name(packages: Mapping[str, object], wants: Mapping[str, set[str]]) -> Lock:
    """Where the first word of an identity is the name that others need it by."""
    named: dict[str, set[str]] = {}
    for key in packages:
        named.setdefault(key.partition(" ")[0], set()).add(key)
    needs = {
        key: frozenset(one for name in row for one in named.get(name, ()))
        for key, row in wants.items()
    }
    dangling = {(key, name) for key, row in wants.items() for name in row if name not in named}
    return Lock(packages, needs, frozenset(dangling))


def pods(text: str) -> Lock:
    """Pods by name."""
    packages = dict(POD.findall(text))
    rows = "".join(PODS.findall(text))
    dangling = {("pods", name) for name in POD_NEEDS.findall(rows) if name not in packages}
    return Lock(packages, {}, frozenset(dangling))


def mix(text: str) -> Lock:
    """Packages of Hex and Git by name."""
    packages = dict(MIX.findall(text))
    wants = {
        name: {one for one, said in MIX_NEEDS.findall(row) if "optional: true" not in said}
        for name, row in packages.items()
    }
    return by_name(packages, wants)


def gradle(text: str) -> Lock:
    """Modules by group and name; Gradle does not write which needs which."""
    return Lock(
        {name: (version, said) for name, version, said in GRADLE.findall(text)}, {}, frozenset()
    )


READERS: Mapping[str, Callable[[str], Lock]] = {
    "yarn.lock": yarn,
    "Gemfile.lock": bundler,
    "gems.locked": bundler,
    "Podfile.lock": pods,
    "mix.lock": mix,
    "gradle.lockfile": gradle,
    "buildscript-gradle.lockfile": gradle,
}
