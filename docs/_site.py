"""Builds what of the site is not written by hand: the navigation and the changelog.

A MkDocs hook. A page that is new in a folder appears by itself, and so does a fragment in
docs/changes, so that two changes at once never meet in one list.
"""

from pathlib import Path
import re
from typing import Any

DOCS = Path(__file__).parent
KINDS = {"added": "Added", "changed": "Changed", "fixed": "Fixed"}
FOLDERS = {
    "howto": "How to",
    "reference": "Reference",
    "formats": "File formats",
    "explanation": "Explanation",
    "decisions": "Decisions",
}


def navigation() -> list[Any]:
    """Learn first, then do, look up, understand; what stands beside them comes last."""
    nav: list[Any] = ["index.md", "tutorial.md"]
    nav += [{title: section(DOCS / folder)} for folder, title in FOLDERS.items()]
    placed = {"index.md", "tutorial.md", "changelog.md"}
    nav.append({"Project": [*(p for p in pages(DOCS) if p not in placed), "changelog.md"]})
    return nav


def section(folder: Path) -> list[Any]:
    """Pages of a folder, then its folders; `index.md` stands first."""
    below = [path for path in sorted(folder.iterdir()) if path.is_dir() and list(path.glob("*.md"))]
    return [*pages(folder), *({path.name.capitalize(): section(path)} for path in below)]


def pages(folder: Path) -> list[str]:
    found = sorted(folder.glob("*.md"), key=lambda path: (path.stem != "index", path.stem))
    return [path.relative_to(DOCS).as_posix() for path in found]


def changelog(folder: Path) -> str:
    """One page from fragments `<slug>.<kind>.md`; raises ValueError for a name of another form.

    Fragments of a release are moved into a folder named after it; the rest is not released.
    """
    releases = sorted(
        (path for path in folder.iterdir() if path.is_dir()), key=version, reverse=True
    )
    parts = ["# Changelog", *_release("Not released yet", folder)]
    for release in releases:
        parts += _release(release.name, release)
    return "\n\n".join(parts) + "\n"


def version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.name)]


def _release(title: str, folder: Path) -> list[str]:
    texts: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for path in sorted(folder.glob("*.md")):
        kind = path.stem.rpartition(".")[2]
        if kind not in KINDS:
            raise ValueError(f"{path}: a fragment is named <slug>.<{'|'.join(KINDS)}>.md")
        texts[kind].append("- " + " ".join(path.read_text(encoding="utf-8").split()))
    lists = [f"### {KINDS[kind]}\n\n" + "\n".join(items) for kind, items in texts.items() if items]
    return [f"## {title}", *lists] if lists else []


def on_config(config: Any) -> Any:
    """Called by MkDocs before it reads the pages."""
    config.nav = navigation()
    return config


def on_files(files: Any, config: Any) -> Any:
    """Called by MkDocs when it has listed the files: the changelog is one more."""
    from mkdocs.structure.files import File

    text = changelog(DOCS / "changes")
    files.append(File.generated(config, "changelog.md", content=text))
    return files
