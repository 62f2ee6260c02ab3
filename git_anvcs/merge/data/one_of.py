"""Keys of which a map has only one: alternatives that exclude each other.

Where one side took one of them and the other side another, neither may be merged in. What is known
here is known of well-known files, or said by the `oneOf` of the file's JSON Schema. A file in which
some version has both keys together is taken to know better.
"""

from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from git_anvcs.merge.data.identity import within
from git_anvcs.merge.data.node import Node

Pair = tuple[str, str]
Keys = Collection[str]


class OneOf(NamedTuple):
    """A map in a well-known file.

    file, where: patterns of the file's name and of the map's path with a dot in front
    ways: the alternatives, each the keys that go with it
    """

    file: str
    where: str
    ways: tuple[str, ...]


YAML = "*.y*ml"
COMPOSE = "*compose*.y*ml"
WORKFLOW = ".github/*.y*ml"
SOURCES = (
    "emptyDir", "hostPath", "configMap", "secret", "persistentVolumeClaim", "projected",
    "downwardAPI", "nfs", "csi", "ephemeral", "image", "iscsi", "fc", "rbd", "cephfs", "glusterfs",
    "awsElasticBlockStore", "azureDisk", "azureFile", "gcePersistentDisk", "vsphereVolume",
    "gitRepo", "flexVolume", "portworxVolume", "local",
)  # fmt: skip
PROBES = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
STEP = ("run shell working-directory", "uses with")
COMMIT = ("branch", "tag", "rev")
GITLAB = ".gitlab-ci.y*ml"

# fmt: off
KNOWN = (
    OneOf(WORKFLOW, "*.steps.[*]", STEP),
    OneOf("action.y*ml", "*.steps.[*]", STEP),
    OneOf(WORKFLOW, ".jobs.*",
          ("steps runs-on container services environment defaults", "uses with secrets")),
    OneOf(WORKFLOW, ".on.*", ("branches", "branches-ignore")),
    OneOf(WORKFLOW, ".on.*", ("tags", "tags-ignore")),
    OneOf(WORKFLOW, ".on.*", ("paths", "paths-ignore")),
    OneOf(GITLAB, ".*", ("rules", "only except")),
    OneOf(GITLAB, ".*", ("script", "trigger", "run")),
    OneOf(GITLAB, ".include.[*]", ("local", "remote", "template", "component", "project file")),
    # Kubernetes, https://kubernetes.io/docs/reference/kubernetes-api/
    OneOf(YAML, "*.env.[*]", ("value", "valueFrom")),
    OneOf(YAML, "*.valueFrom",
          ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")),
    OneOf(YAML, "*.envFrom.[*]", ("configMapRef", "secretRef")),
    OneOf(YAML, "*.volumes.[*]", SOURCES),
    OneOf(YAML, "*.sources.[*]", SOURCES),
    OneOf(YAML, "*Probe", PROBES),
    OneOf(YAML, "*.postStart", PROBES),
    OneOf(YAML, "*.preStop", PROBES),
    OneOf(YAML, "*.backend", ("service serviceName servicePort", "resource")),
    OneOf(YAML, "*.spec", ("minAvailable", "maxUnavailable")),
    OneOf(YAML, "*.from.[*]", ("ipBlock", "podSelector namespaceSelector")),
    OneOf(YAML, "*.to.[*]", ("ipBlock", "podSelector namespaceSelector")),
    OneOf(YAML, "*.target", ("averageUtilization", "averageValue", "value")),
    OneOf(YAML, "*.patches.[*]", ("path", "patch")),
    # Compose, https://github.com/compose-spec/compose-spec/blob/main/spec.md
    OneOf(COMPOSE, ".services.*", ("network_mode", "networks")),
    OneOf(COMPOSE, ".services.*.volumes.[*]", ("bind", "volume", "tmpfs", "image")),
    OneOf(COMPOSE, ".services.*.healthcheck", ("test", "disable")),
    OneOf(COMPOSE, ".configs.*", ("file", "environment", "content", "external")),
    OneOf(COMPOSE, ".secrets.*", ("file", "environment", "external")),
    # OpenAPI
    OneOf("*", "*.parameters.[*]", ("schema", "content")),
    OneOf("*", "*.parameters.[*]", ("example", "examples")),
    OneOf("*", "*.headers.*", ("schema", "content")),
    OneOf("launch.json", ".configurations.[*]", ("program", "module")),
    # TOML: what a dependency comes from, and which commit of it
    OneOf("Cargo.toml", "*dependencies.*", COMMIT),
    OneOf("Cargo.toml", "*dependencies.*", ("git branch tag rev", "path", "workspace")),
    OneOf("Cargo.toml", "*dependencies.*", ("version", "workspace")),
    OneOf("Cargo.toml", ".patch.*", COMMIT),
    OneOf("Cargo.toml", ".patch.*", ("git branch tag rev", "path")),
    OneOf("pyproject.toml", ".project.readme", ("file", "text")),
    OneOf("pyproject.toml", ".project.license", ("file", "text")),
    OneOf("pyproject.toml", ".tool.uv.sources.*", COMMIT),
    OneOf("pyproject.toml", ".tool.uv.sources.*",
          ("git branch tag rev", "path", "url", "workspace", "index")),
    OneOf("pyproject.toml", ".tool.poetry.*dependencies.*", COMMIT),
    OneOf("pyproject.toml", ".tool.poetry.*dependencies.*",
          ("git branch tag rev", "path", "url")),
    OneOf("Pipfile", ".*packages.*", ("git ref", "path", "file")),
)
# fmt: on
NAMES = frozenset(key for one in KNOWN for way in one.ways for key in way.split())

# What may stand beside a `$ref` that takes the place of a schema: it asks nothing of a value.
BESIDE = frozenset((
    "$comment", "$defs", "$id", "$schema", "default", "definitions", "deprecated", "description",
    "example", "examples", "id", "markdownDescription", "readOnly", "summary", "title", "writeOnly",
))  # fmt: skip


class Alternatives(NamedTuple):
    """What excludes what in one file.

    schema: its JSON Schema, where the caller has it
    siblings: whether a `$ref` counts beside other keywords, as of JSON Schema 2019-09
    """

    path: str
    schema: object = None
    siblings: bool = False

    def clash(self, where: Sequence[str], made: Keys, versions: Sequence[Keys]) -> Pair | None:
        """Two keys of the map that exclude each other, and that no version has together."""
        for one, two in self.pairs(where, made):
            if not any(one in version and two in version for version in versions):
                return one, two
        return None

    def pairs(self, where: Sequence[str], made: Keys) -> Iterator[Pair]:
        listed = known(self.path, dotted(where)) if len(NAMES.intersection(made)) > 1 else ()
        for ways in (*listed, *by_schema(self.schema, where)):
            there = [[key for key in way if key in made] for way in ways]
            for some, others in combinations(there, 2):
                yield from ((one, two) for one in some for two in others)
        if "$ref" in made and not self.siblings:
            asking = (key for key in made if key not in BESIDE and not key.startswith("x-"))
            yield from (("$ref", key) for key in asking if key != "$ref")


def keys_of(node: Node | None) -> Keys:
    """The keys of a map; a `$ref` only where it leads somewhere, not as the name of a property."""
    return {
        item.key
        for item in (node.items if node else ())
        if item.key != "$ref" or item.value.kind == "scalar"
    }


def of_file(path: str, schema: object, roots: Sequence[Node]) -> Alternatives:
    """What excludes what, given the versions of the file."""
    return Alternatives(path, schema, any(map(modern, roots)))


def modern(root: Node) -> bool:
    """Whether the dialect of a schema is one of those in which a `$ref` has siblings.

    https://json-schema.org/draft/2019-09/release-notes
    """
    said = {item.key: item.value.value for item in root.items if item.key in ("$schema", "openapi")}
    draft = said.get("$schema", "")
    if any(f"/{one}/" in draft for one in ("2019-09", "2020-12", "next", "v1")):
        return True
    return said.get("openapi", "").startswith(("3.1", "3.2", "4"))


def dotted(where: Sequence[str]) -> str:
    return "".join(f".{name}" for name in where)


@lru_cache(maxsize=512)
def known(path: str, where: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The alternatives of a map by the built-in table."""
    name = path.rpartition("/")[2]
    return tuple(
        tuple(tuple(way.split()) for way in one.ways)
        for one in KNOWN
        if fnmatchcase(path if "/" in one.file else name, one.file)
        and fnmatchcase(where, one.where)
    )


def by_schema(schema: object, where: Sequence[str]) -> Iterator[list[list[str]]]:
    """What the branches of a `oneOf` require, each what the others do not."""
    at = within(schema, where)
    branches = at.get("oneOf") if isinstance(at, dict) else None
    if not isinstance(branches, list):
        return
    wanted = [
        set(map(str, one["required"]))
        if isinstance(one, dict) and isinstance(one.get("required"), list)
        else set[str]()
        for one in branches
    ]
    if all(wanted):
        shared = set.intersection(*wanted)
        yield [sorted(one - shared) for one in wanted]
