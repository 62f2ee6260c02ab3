"""Completion scripts for bash, zsh and fish, as static text: pressing Tab never starts Python.

Where Git's own completion is loaded, `git anvcs <Tab>` works as `git-anvcs <Tab>` does: Git's
bash and zsh completions call a function named after the subcommand, and fish asks for `git`.
"""

from collections.abc import Mapping, Sequence
import shlex

from git_anvcs.cli.shapes import Option, Shape

SHELLS = {
    "bash": "bash-completion/completions/git-anvcs",
    "zsh": "zsh/site-functions/_git-anvcs",
    "fish": "fish/vendor_completions.d/git-anvcs.fish",
}


def script(shell: str, commands: Sequence[Shape], summaries: Mapping[str, str]) -> str:
    """The script of one of SHELLS."""
    match shell:
        case "bash":
            return _bash(commands)
        case "zsh":
            return _zsh(commands, summaries)
        case _:
            return _fish(commands, summaries)


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
    """`git anvcs context set` is `context set`."""
    return " ".join(shape.name.split()[2:])


def _every(shapes: Sequence[Shape]) -> list[Shape]:
    return [each for shape in shapes for each in (shape, *_every(shape.below))]


# --- bash


def _bash(commands: Sequence[Shape]) -> str:
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
    return _BASH.format(names=names, cases="\n".join(cases), values="\n".join(values))


_BASH = """\
# Completion of git-anvcs for bash; Git's completion calls _git_anvcs for `git anvcs`.
_git_anvcs() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
  local path='' words='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case $word in
    anvcs) [[ -n $path ]] || continue ;;
    -C) ((i++)); continue ;;
    -*) continue ;;
    esac
    if [[ -z $path ]]; then path=$word
    elif __git_anvcs_words "$path $word"; then path="$path $word"
    fi
  done
  if [[ -z $path ]]; then
    words='{names} --help --version --json -C -q -v'
  else
    __git_anvcs_words "$path"
    words=$REPLY
    __git_anvcs_values "$path $prev" && words=$REPLY
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ ${{#COMPREPLY[@]}} -gt 0 || $cur == -* || -z $path ]] || COMPREPLY=($(compgen -f -- "$cur"))
}}

__git_anvcs_words() {{
  local words=''
  case $1 in
{cases}
    *) return 1 ;;
  esac
  REPLY=$words
}}

__git_anvcs_values() {{
  local words=''
  case $1 in
{values}
    *) return 1 ;;
  esac
  REPLY=$words
}}

complete -o filenames -o bashdefault -F _git_anvcs git-anvcs ai-vcs
"""


# --- zsh


def _zsh(commands: Sequence[Shape], summaries: Mapping[str, str]) -> str:
    names = [
        _zsh_quote(f"{_name(s)}:{summaries.get(_name(s), '')}", colons=False) for s in commands
    ]
    blocks = "\n".join(_zsh_case(shape) for shape in commands)
    listed = "\n".join(f"    {name}" for name in names)
    return _ZSH.format(names=listed, cases=blocks)


_ZSH = """\
#compdef git-anvcs ai-vcs
#description who made each commit, merges that understand
# Completion of git-anvcs for zsh; Git's completion calls _git-anvcs for `git anvcs`.
_git-anvcs() {{
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
  command) _describe -t commands 'git-anvcs command' commands ;;
  words)
    curcontext="${{curcontext%:*}}-$line[1]:"
    case $line[1] in
{cases}
    *) _files ;;
    esac ;;
  esac
}}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _git-anvcs "$@"
else
  (( $+functions[compdef] )) && compdef _git-anvcs git-anvcs ai-vcs
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


def _fish(commands: Sequence[Shape], summaries: Mapping[str, str]) -> str:
    lines = [_FISH]
    for shape in commands:
        name = _name(shape)
        lines.append(_fish_line("__anvcs_needs_command", name, summaries.get(name, "")))
        for each in (shape, *shape.below):
            within = f"__anvcs_using {_path(each)}"
            lines += [_fish_line(within, _name(child), "") for child in each.below]
            lines += [_fish_option(within, option) for option in each.options]
    return "\n".join(line for line in lines if line) + "\n"


_FISH = """\
# Completion of git-anvcs for fish, also as `git anvcs` and `ai-vcs`.
function __anvcs_words
  set -l words (commandline -opc)
  set -e words[1]
  if test (count $words) -gt 0; and test "$words[1]" = anvcs
    set -e words[1]
  end
  for word in $words
    string match -q -- '-*' $word; or echo $word
  end
end
function __anvcs_called
  set -l words (commandline -opc)
  test "$words[1]" != git; or test "$words[2]" = anvcs
end
function __anvcs_needs_command
  __anvcs_called; and test (count (__anvcs_words)) -eq 0
end
function __anvcs_using
  set -l words (__anvcs_words)
  set -l size (count $argv)
  __anvcs_called; and test (count $words) -ge $size; and test "$words[1..$size]" = "$argv"
end"""


def _fish_line(condition: str, word: str, text: str) -> str:
    described = f" -d {_fish_quote(text)}" if text else ""
    return _for_each_program(f"-f -n {_fish_quote(condition)} -a {_fish_quote(word)}{described}")


def _fish_option(condition: str, option: Option) -> str:
    if not option.flags:
        words = " ".join(option.choices)
        return _fish_line(condition, words, option.help) if words else ""
    flags = "".join(
        f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}" for flag in option.flags
    )
    value = f" -x -a {_fish_quote(' '.join(option.choices))}" if option.choices else " -r"
    described = f" -d {_fish_quote(option.help)}" if option.help else ""
    return _for_each_program(
        f"-n {_fish_quote(condition)}{flags}{value if option.value else ''}{described}"
    )


def _for_each_program(rest: str) -> str:
    return "\n".join(f"complete -c {program} {rest}" for program in ("git-anvcs", "ai-vcs", "git"))


def _fish_quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
