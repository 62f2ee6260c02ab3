"""List the formats that are merged by meaning, with the files each is used for.

A language whose grammar is not installed says so: its files are merged by lines.

With --gitattributes the list comes as lines for .gitattributes, limited to
the formats named, if any.

Example:
  git-ai-merge languages --gitattributes json yaml >> .gitattributes
"""

from argparse import ArgumentParser

from git_anvcs.drivers.say import Call
from git_anvcs.kernel.errors import UsageError
from git_anvcs.merge import registry
from git_anvcs.merge.parse import installed
from git_anvcs.merge.profile import profile


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("formats", metavar="FORMAT", nargs="*", help="only these")
    parser.add_argument("--gitattributes", action="store_true", help="lines for .gitattributes")


def run(call: Call) -> int:
    languages = registry.languages()
    known = {language.name for language in languages}
    unknown = [name for name in call.args.formats if name not in known]
    if unknown:
        raise UsageError(
            f"there is no format {unknown[0]!r}", hint=f"known: {', '.join(sorted(known))}"
        )
    chosen = [one for one in languages if one.name in (call.args.formats or known)]
    rows = [
        {
            "name": one.name,
            "extensions": list(one.extensions),
            "file_names": list(one.file_names),
            "available": available(one.name),
        }
        for one in chosen
    ]
    if call.args.gitattributes:
        text = "\n".join(line for one in chosen for line in attributes(one))
    else:
        text = "\n".join(map(shown, chosen))
    call.answer({"languages": rows}, text)
    return 0


def shown(language: registry.Language) -> str:
    patterns = " ".join((*language.extensions, *language.file_names))
    missing = "" if available(language.name) else " (its grammar is not installed: merged by lines)"
    return f"{language.name}: {patterns}{missing}"


def available(name: str) -> bool:
    """Whether the files of a format are merged by meaning here; else they are merged by lines."""
    if name != "python" and name not in registry.PROFILES:
        return True
    return installed(profile(name).grammar)


def attributes(language: registry.Language) -> list[str]:
    """The lines of .gitattributes that give this format's files to the driver."""
    patterns = (*(f"*{end}" for end in language.extensions), *language.file_names)
    return [f"{pattern} merge=anvcs" for pattern in patterns]
