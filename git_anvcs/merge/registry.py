"""Which format a file has, and the module that merges it. Importing this loads no format."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from importlib import import_module
from typing import NamedTuple, Protocol, cast, runtime_checkable

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions


class Format(Protocol):
    """What a module of `merge/formats/` offers."""

    def merge(self, versions: Versions, options: Options) -> Merged:
        """Merge by meaning. Raises NotUnderstood where that is not possible."""


@runtime_checkable
class Checked(Format, Protocol):
    """A format that can also judge a text; the engine then checks every result with it."""

    def flaws(self, versions: Versions, text: bytes, options: Options) -> list[Flaw]:
        """What `text` has wrong that none of the versions has: syntax, duplicate identities."""

    def tokens(self, text: bytes) -> Tokens:
        """What must not get lost, counted. Raises NotUnderstood when the text does not parse."""


@runtime_checkable
class Comparing(Checked, Protocol):
    """A format that counts only what is not equal in all texts: a large file costs what was
    changed in it. What is left out stands in every text, so that it can neither be lost nor be
    there too often."""

    def differing(self, texts: Sequence[bytes]) -> list[Tokens]:
        """The tokens of each text without what stands at one place in all of them."""


@runtime_checkable
class Settling(Checked, Protocol):
    """A format that sees a wrong choice between the sides only where no conflict leaves it open."""

    def settled(self, versions: Versions, texts: Sequence[bytes], options: Options) -> list[Flaw]:
        """What the text, or both readings of its conflicts, decide though a person must; places
        are those in the first."""


@runtime_checkable
class Conserving(Checked, Protocol):
    """A format that knows better than counting tokens whether anything is lost.

    Its files are merged by meaning also where their lines merge, if that is clean too: lines say
    nothing of where a cell begins.
    """

    def conserved(self, versions: Versions, texts: Sequence[bytes]) -> bool:
        """Whether the text, or its readings by both sides of its conflicts, keep all changes."""


class Language(NamedTuple):
    """A row of `git-ai-merge languages`: extensions with their dot, file names.

    A file name may be a pattern with `*`; whole names come first, then patterns, then extensions.
    """

    name: str
    extensions: tuple[str, ...]
    file_names: tuple[str, ...] = ()


# fmt: off
LANGUAGES = (
    Language(
        "json",
        (".json", ".jsonc", ".jsonld", ".geojson", ".topojson", ".webmanifest", ".har", ".avsc",
         ".code-workspace", ".code-snippets", ".sublime-project", ".sublime-settings"),
        (".babelrc", ".bowerrc", ".eslintrc", ".jscsrc", ".jshintrc", ".swcrc", ".watchmanconfig",
         "Pipfile.lock", "composer.lock", "deno.lock", "flake.lock"),
    ),
    Language(
        "yaml",
        (".yaml", ".yml", ".cff", ".eyaml", ".mir", ".reek", ".syntax"),
        (".clang-format", ".clang-tidy", ".clangd", ".gemrc", "glide.lock", "pixi.lock",
         "Podfile.lock"),
    ),
    Language("gomod", (), ("go.mod",)),
    Language("gosum", (), ("go.sum", "go.work.sum")),
    Language("proto", (".proto",)),
    Language("notebook", (".ipynb",)),
    Language("python", (".py", ".pyi", ".pyw"), ("SConscript", "SConstruct")),
    Language(
        "ini",
        (".cfg", ".cnf", ".desktop", ".ini", ".properties", ".env"),
        (".editorconfig", ".gitmodules", ".pylintrc", ".coveragerc", ".flake8", ".npmrc",
         ".env.*"),
    ),
    Language(
        "lock", (),
        ("yarn.lock", "Gemfile.lock", "gems.locked", "mix.lock", "gradle.lockfile",
         "buildscript-gradle.lockfile"),
    ),
    Language(
        "xml",
        (".xml", ".csproj", ".fsproj", ".vbproj", ".proj", ".props", ".targets", ".nuspec", ".resx",
         ".plist", ".pom", ".xsd", ".wsdl", ".svg", ".xsl", ".xslt", ".xlf",
         ".xliff", ".xaml", ".iml", ".rng"),
        ("packages.config", "nuget.config", "NuGet.Config", "NuGet.config", "web.config",
         "Web.config", "app.config", "App.config"),
    ),
    Language("markdown", (".md", ".markdown", ".mdown", ".mkd")),
    Language("rst", (".rst",)),
    Language("patterns", (), (".gitignore", ".dockerignore", ".npmignore", ".eslintignore",
                              ".prettierignore", ".stylelintignore", ".helmignore", ".mailmap",
                              "AUTHORS", "AUTHORS.txt", "CONTRIBUTORS", "CONTRIBUTORS.txt",
                              "MAINTAINERS.txt", "THANKS")),
    Language("attributes", (), (".gitattributes", "CODEOWNERS")),
    Language(
        "changelog", (),
        tuple(
            name + end
            for name in ("CHANGELOG", "CHANGES", "ChangeLog", "Changelog", "HISTORY", "History",
                         "NEWS", "News", "RELEASES", "RELEASE_NOTES", "Changes", "changelog",
                         "changes", "history", "news", "release_notes")
            for end in (".md", ".rst", ".txt", "")
            if end or not name.islower()
        ),
    ),
    Language(
        "toml",
        (".toml",),
        ("Cargo.lock", "Gopkg.lock", "Pipfile", "pdm.lock", "poetry.lock", "uv.lock"),
    ),
    Language(
        "requirements", (),
        ("requirements*.txt", "requirements*.in", "*-requirements.txt", "*-requirements.in",
         "*_requirements.txt", "constraints*.txt"),
    ),
    Language("go", (".go",)),
    Language("javascript", (".js", ".mjs", ".cjs", ".jsx")),
    Language("rust", (".rs",)),
    Language("typescript", (".ts", ".mts", ".cts")),
    Language("tsx", (".tsx",)),
    Language("java", (".java",)),
    Language("c", (".c", ".h")),
    Language(
        "cpp",
        (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".tpp", ".ino"),
    ),
    Language("csharp", (".cs", ".csx")),
    Language("kotlin", (".kt", ".kts")),
    Language("php", (".php", ".phtml")),
    Language("ruby", (".rb", ".rake", ".gemspec", ".ru"), ("Gemfile", "Rakefile", "Vagrantfile")),
    Language("bash", (".sh", ".bash", ".bats", ".ksh")),
    Language("lua", (".lua", ".rockspec")),
    Language("hcl", (".hcl", ".tf", ".tfvars", ".tofu", ".nomad")),
    Language("scala", (".scala", ".sc", ".sbt")),
    Language("swift", (".swift",)),
    Language("sql", (".sql", ".ddl", ".dml")),
    Language("css", (".css",)),
    Language("html", (".html", ".htm", ".xhtml")),
)
# fmt: on

# Languages that are a profile in merge-drivers/profiles and nothing else.
PROFILES = frozenset((
    "bash", "c", "cpp", "csharp", "css", "go", "hcl", "html", "java", "javascript",
    "kotlin", "lua", "php", "ruby", "rust", "scala", "sql", "swift", "tsx", "typescript",
))  # fmt: skip

# Of these the ones whose names nobody imports: nothing of them is followed to other files.
DECLARING = frozenset(("css", "hcl", "html", "sql"))

# Formats whose files are made of entries, each a module of its own.
ENTRIES = frozenset(
    (
        "gomod",
        "gosum",
        "proto",
        "requirements",
        "toml",
        "ini",
        "patterns",
        "changelog",
        "attributes",
        "lock",
        "xml",
    )
)

BY_NAME = {name: language.name for language in LANGUAGES for name in language.file_names}
BY_PATTERN = {name: language for name, language in BY_NAME.items() if "*" in name}
BY_EXTENSION = {end: language.name for language in LANGUAGES for end in language.extensions}


def format_of(path: str) -> str:
    """The name of the format, by file name, then by extension; `text` for anything else."""
    name = path.rpartition("/")[2]
    if name in BY_NAME:
        return BY_NAME[name]
    for pattern, language in BY_PATTERN.items():
        if fnmatchcase(name, pattern):
            return language
    _stem, dot, end = name.rpartition(".")
    return BY_EXTENSION.get((dot + end).lower(), "text")


def is_code(path: str) -> bool:
    """Whether a profile says how the language is written, and what is defined can be imported."""
    name = format_of(path)
    return name == "python" or (name in PROFILES and name not in DECLARING)


def languages() -> tuple[Language, ...]:
    """All formats that are merged by meaning."""
    return LANGUAGES


def load_format(name: str) -> Format:
    """The module that merges this format. Raises NotUnderstood for `text` and unknown names."""
    match name:
        case "json":
            from git_anvcs.merge.formats import json

            return json
        case "notebook":
            from git_anvcs.merge.formats import notebook

            return notebook
        case "yaml":
            from git_anvcs.merge.formats import yaml

            return yaml
        case "python":
            from git_anvcs.merge.formats import python

            return python
        case "markdown" | "rst":
            from git_anvcs.merge.formats.prose import Prose
            from git_anvcs.merge.prose.headings import MARKDOWN, RST

            return Prose(MARKDOWN if name == "markdown" else RST, load_format)
    if name in ENTRIES:
        return cast(Format, import_module(f"git_anvcs.merge.formats.{name}"))
    if name in PROFILES:
        from git_anvcs.merge.formats.code import Code

        return Code(name)
    raise NotUnderstood(f"no format named {name}")
