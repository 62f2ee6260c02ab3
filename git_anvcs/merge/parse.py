"""Source text to syntax trees; the only module that imports tree-sitter."""

from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING

from git_anvcs.merge.result import NotUnderstood

if TYPE_CHECKING:
    from tree_sitter import Node as Node  # noqa: PLC0414 - the door hands out the type too
    from tree_sitter import Parser

# Grammar name -> the wheel's module and, where it holds several, the function.
# Grammars are separate wheels (tree-sitter-<language>).
GRAMMARS = {
    "bash": "tree_sitter_bash",
    "c": "tree_sitter_c",
    "cpp": "tree_sitter_cpp",
    "csharp": "tree_sitter_c_sharp",
    "css": "tree_sitter_css",
    "go": "tree_sitter_go",
    "hcl": "tree_sitter_hcl",
    "html": "tree_sitter_html",
    "java": "tree_sitter_java",
    "javascript": "tree_sitter_javascript",
    "kotlin": "tree_sitter_kotlin",
    "lua": "tree_sitter_lua",
    "php": "tree_sitter_php:language_php",
    "python": "tree_sitter_python",
    "ruby": "tree_sitter_ruby",
    "rust": "tree_sitter_rust",
    "scala": "tree_sitter_scala",
    "sql": "tree_sitter_sql",
    "swift": "tree_sitter_swift",
    "tsx": "tree_sitter_typescript:language_tsx",
    "typescript": "tree_sitter_typescript:language_typescript",
    "yaml": "tree_sitter_yaml",
}


def parse(language: str, source: bytes) -> "Node":
    """The root node of `source`. Raises NotUnderstood when it has a syntax error."""
    root = parser(language).parse(source).root_node
    if root.has_error:
        raise NotUnderstood(f"does not parse as {language}")
    return root


@cache
def parser(language: str) -> "Parser":
    """One parser a language and process; a missing grammar is NotUnderstood."""
    import tree_sitter

    try:
        package, _, function = GRAMMARS[language].partition(":")
        grammar = getattr(_grammar(package), function or "language")
        return tree_sitter.Parser(tree_sitter.Language(grammar()))
    except (KeyError, ImportError, AttributeError, ValueError) as error:
        raise NotUnderstood(f"no grammar for {language} is installed") from error


def installed(language: str) -> bool:
    """Whether the grammar is there; nothing is loaded."""
    package = GRAMMARS.get(language, "").partition(":")[0]
    return bool(package) and PathFinder.find_spec(package) is not None


def _grammar(package: str) -> ModuleType:
    """The C module of a grammar's wheel, without the package around it.

    That imports importlib.resources, pathlib and tempfile for queries that nobody here reads, and
    doubles the start of the merge driver.
    """
    outer = PathFinder.find_spec(package)
    folders = outer.submodule_search_locations if outer else None
    inner = PathFinder.find_spec(f"{package}._binding", folders) if folders else None
    if inner is None or inner.loader is None:
        return import_module(package)
    module = module_from_spec(inner)
    inner.loader.exec_module(module)
    return module
