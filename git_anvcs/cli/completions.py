"""Completion scripts for bash, zsh and fish, as static text: pressing Tab never starts Python.

Where Git's own completion is loaded, `git anvcs <Tab>` works as `git-anvcs <Tab>` does: Git's
bash and zsh completions call a function named after the subcommand, and fish asks for `git`.
"""

from collections.abc import Mapping, Sequence
import shlex
from typing import NamedTuple

from git_anvcs.cli.shapes import Option, Shape

# Below share/, where each shell looks by the name of the program.
SHELLS = {
    "bash": "bash-completion/completions/{name}",
    "zsh": "zsh/site-functions/_{name}",
    "fish": "fish/vendor_completions.d/{name}.fish",
}


class Program(NamedTuple):
    """What is completed: `git-anvcs` with its alias `ai-vcs`, also typed as `git anvcs`.

    summaries: command to what it does, in few words
    """

    name: str
    aliases: tuple[str, ...]
    commands: Sequence[Shape]
    summaries: Mapping[str, str]

    @property
    def subcommand(self) -> str:
        """What follows `git`."""
        return self.name.removeprefix("git-")

    @property
    def function(self) -> str:
        """The function that Git's bash completion calls for the subcommand."""
        return "_" + self.name.replace("-", "_")


def script(shell: str, program: Program) -> str:
    """The script of one of SHELLS."""
    match shell:
        case "bash":
            return _bash(program)
        case "zsh":
            return _zsh(program)
        case _:
            return _fish(program)


def _name(shape: Shape) -> str:
    return shape.name.rpartition(" ")[2]


def _words(shape: Shape) -> list[str]:
    """What may stand after the command: subcommands, choices of positionals, options."""
    choices = [choice for option in shape.options if not option.flags for choice in option.choices]
    flags = [flag for option in shape.options for flag in option.flags]
    return [*(_name(child) for child in shape.below), *choices, *flags]


def _values(shapes: Sequence[Shape]) -> dict[str, tuple[str, ...]]:
    """`command --option` (or `command sub --option`) to the words its value may be."""
    found = {}
    for shape in shapes:
        for option in shape.options:
            for flag in option.flags:
                if option.value:
                    found[f"{_path(shape)} {flag}"] = option.choices
        found.update(_values(shape.below))
    return found


def _path(shape: Shape) -> str:
    """`git anvcs context set` is `context set`, `git-ai-merge solve` is `solve`."""
    words = shape.name.split()
    return " ".join(words[2:] if words[0] == "git" else words[1:])


def _every(shapes: Sequence[Shape]) -> list[Shape]:
    return [each for shape in shapes for each in (shape, *_every(shape.below))]


# --- bash


def _bash(program: Program) -> str:
    commands = program.commands
    cases = [
        f"    {shlex.quote(_path(shape))}) words={shlex.quote(' '.join(_words(shape)))} ;;"
        for shape in _every(commands)
    ]
    values = [
        f"    {shlex.quote(key)}) words={shlex.quote(' '.join(choices))} ;;"
        for key, choices in _values(commands).items()
        if choices
    ]
    names = " ".join(map(_name, commands))
    return _BASH.format(
        program=program,
        all=" ".join((program.name, *program.aliases)),
        names=names,
        cases="\n".join(cases),
        values="\n".join(values),
    )


_BASH = """\
# Completion of {program.name} for bash.
# Git's own completion calls {program.function} for `git {program.subcommand}`.
{program.function}() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
  local path='' words='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case $word in
    {program.subcommand}) [[ -n $path ]] || continue ;;
    -C) ((i++)); continue ;;
    -*) continue ;;
    esac
    if [[ -z $path ]]; then path=$word
    elif _{program.function}_words "$path $word"; then path="$path $word"
    fi
  done
  if [[ -z $path ]]; then
    words='{names} --help --version --json -C -q -v'
  else
    _{program.function}_words "$path"
    words=$REPLY
    _{program.function}_values "$path $prev" && words=$REPLY
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ ${{#COMPREPLY[@]}} -gt 0 || $cur == -* || -z $path ]] || COMPREPLY=($(compgen -f -- "$cur"))
}}

_{program.function}_words() {{
  local words=''
  case $1 in
{cases}
    *) return 1 ;;
  esac
  REPLY=$words
}}

_{program.function}_values() {{
  local words=''
  case $1 in
{values}
    *) return 1 ;;
  esac
  REPLY=$words
}}

complete -o filenames -o bashdefault -F {program.function} {all}
"""


# --- zsh


def _zsh(program: Program) -> str:
    names = [
        _zsh_quote(f"{_name(shape)}:{program.summaries.get(_name(shape), '')}", colons=False)
        for shape in program.commands
    ]
    return _ZSH.format(
        program=program,
        all=" ".join((program.name, *program.aliases)),
        names="\n".join(f"    {name}" for name in names),
        cases="\n".join(map(_zsh_case, program.commands)),
    )


_ZSH = """\
#compdef {all}
#description {program.name}
# Completion of {program.name} for zsh.
# Git's own completion calls _{program.name} for `git {program.subcommand}`.
_{program.name}() {{
  local context curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands
  commands=(
{names}
  )
  _arguments -C \\
    '-C[run as if started in a folder]:folder:_files -/' \\
    '--json[print one JSON object]' \\
    '(-q --quiet)'{{-q,--quiet}}'[print only the answer]' \\
    '*'{{-v,--verbose}}'[say more]' \\
    '(- *)--help[show help]' '(- *)--version[show the version]' \\
    '1: :->command' '*:: :->words' && return
  case $state in
  command) _describe -t commands '{program.name} command' commands ;;
  words)
    curcontext="${{curcontext%:*}}-$line[1]:"
    case $line[1] in
{cases}
    *) _files ;;
    esac ;;
  esac
}}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _{program.name} "$@"
else
  (( $+functions[compdef] )) && compdef _{program.name} {all}
fi
"""


def _zsh_case(shape: Shape) -> str:
    specs = [_zsh_option(option) for option in shape.options if option.flags]
    if shape.below:
        names = " ".join(map(_name, shape.below))
        nested = [_zsh_option(o) for child in shape.below for o in child.options if o.flags]
        specs = list(dict.fromkeys([*specs, *nested]))
        specs.append(f"'1: :({names})'")
    specs.append("'*: :_files'")
    joined = " \\\n        ".join(specs)
    return f"    {_name(shape)})\n      _arguments \\\n        {joined} ;;"


def _zsh_option(option: Option) -> str:
    text = _zsh_quote(option.help)[1:-1].replace("[", "\\[").replace("]", "\\]")
    value = ""
    if option.value:
        action = f"({' '.join(option.choices)})" if option.choices else "_files"
        value = f":value:{action}"
    flags = "{" + ",".join(option.flags) + "}" if len(option.flags) > 1 else option.flags[0]
    return f"'*'{flags}'[{text}]{value}'"


def _zsh_quote(text: str, *, colons: bool = True) -> str:
    escaped = text.replace("'", "'\\''")
    return "'" + (escaped.replace(":", "\\:") if colons else escaped) + "'"


# --- fish


def _fish(program: Program) -> str:
    lines = [_FISH.format(program=program)]
    complete = _Fish(program)
    for shape in program.commands:
        name = _name(shape)
        lines.append(complete.word("needs_command", name, program.summaries.get(name, "")))
        for each in (shape, *shape.below):
            within = f"using {_path(each)}"
            lines += [complete.word(within, _name(child), "") for child in each.below]
            lines += [complete.option(within, option) for option in each.options]
    return "\n".join(line for line in lines if line) + "\n"


_FISH = """\
# Completion of {program.name} for fish, also as `git {program.subcommand}`.
function _{program.function}_words
  set -l words (commandline -opc)
  set -e words[1]
  if test (count $words) -gt 0; and test "$words[1]" = {program.subcommand}
    set -e words[1]
  end
  for word in $words
    string match -q -- '-*' $word; or echo $word
  end
end
function _{program.function}_called
  set -l words (commandline -opc)
  test "$words[1]" != git; or test "$words[2]" = {program.subcommand}
end
function _{program.function}_needs_command
  _{program.function}_called; and test (count (_{program.function}_words)) -eq 0
end
function _{program.function}_using
  set -l words (_{program.function}_words)
  set -l size (count $argv)
  _{program.function}_called; and test (count $words) -ge $size
  and test "$words[1..$size]" = "$argv"
end"""


class _Fish(NamedTuple):
    """Lines of `complete` for one program under all its names."""

    program: Program

    def word(self, condition: str, word: str, text: str) -> str:
        described = f" -d {_fish_quote(text)}" if text else ""
        return self._each(f"-f -n {self._when(condition)} -a {_fish_quote(word)}{described}")

    def option(self, condition: str, option: Option) -> str:
        if not option.flags:
            words = " ".join(option.choices)
            return self.word(condition, words, option.help) if words else ""
        flags = "".join(
            f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}"
            for flag in option.flags
        )
        choices = f" -x -a {_fish_quote(' '.join(option.choices))}" if option.choices else " -r"
        described = f" -d {_fish_quote(option.help)}" if option.help else ""
        value = choices if option.value else ""
        return self._each(f"-n {self._when(condition)}{flags}{value}{described}")

    def _when(self, condition: str) -> str:
        return _fish_quote(f"_{self.program.function}_{condition}")

    def _each(self, rest: str) -> str:
        names = (self.program.name, *self.program.aliases, "git")
        return "\n".join(f"complete -c {name} {rest}" for name in names)


def _fish_quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
