#!/bin/sh
# Installs git-anvcs for one user, without root: an environment of its own, and links to its programs.
# Everything it makes is written down and taken out again by --uninstall.
set -eu

usage() {
    cat <<'END'
usage: ./install.sh [--extras LIST] [--prefix DIR] [--dry-run]
       ./install.sh --demo | --test | --uninstall | --help

Installs git-anvcs from this folder into an environment of its own below
${XDG_DATA_HOME:-~/.local/share}/git-anvcs and links its programs into ~/.local/bin,
its man pages and shell completions into ~/.local/share. Needs Python 3.11 and Git 2.38
or newer; uses uv when it is there, else python3 -m venv and pip. Running it again
upgrades: the old version works until the new one has been built and has answered.

  --extras LIST   optional features, for example --extras s3,p2p
  --prefix DIR    link into DIR/bin and DIR/share instead
  --demo          install, then play the demonstration (git anvcs demo)
  --test          make .venv here and run every test; nothing outside this folder changes
  --uninstall     take out everything an installation made (repositories that you have
                  opted in go on as plain Git; `git anvcs uninstall` in each cleans them)
  --dry-run       say what would be done, change nothing
  -h, --help      this text

Environment: PYTHON (the Python to use), XDG_DATA_HOME, and whatever uv and pip read
(UV_OFFLINE=1, PIP_NO_INDEX=1 PIP_FIND_LINKS=DIR install without a network).
Exit codes: 0 done, 1 not possible here, 2 wrong usage, 5 packages could not be fetched.
END
}

oldest_python=3.11
oldest_git=2.38 # merge-tree --write-tree
programs='git-anvcs ai-vcs git-ai-merge git-merge-anvcs git-ai-blob'

main() {
    action=install demo='' prefix='' extras='' dry=''
    while [ $# -gt 0 ]; do
        case $1 in
            --demo) demo=yes ;;
            --test) action=run_tests ;;
            --uninstall) action=uninstall ;;
            --extras) needs_value "$@"; extras=$2; shift ;;
            --extras=*) extras=${1#*=} ;;
            --prefix) needs_value "$@"; prefix=$2; shift ;;
            --prefix=*) prefix=${1#*=} ;;
            --dry-run) dry=yes ;;
            -h | --help) usage; exit 0 ;;
            *) fail "there is no option '$1'" './install.sh --help lists them' 2 ;;
        esac
        shift
    done
    case $extras in *[!A-Za-z0-9,_-]*) fail "'$extras' is no list of extras" '--extras s3,p2p' 2 ;; esac
    case $prefix in '' | /*) ;; *) prefix=$PWD/$prefix ;; esac
    source=$(cd "$(dirname "$0")" && pwd)
    [ -f "$source/pyproject.toml" ] || fail "$source does not hold the source of git-anvcs" \
        'run install.sh from inside its clone'
    places
    $action
    [ -z "$demo" ] || play_demo
}

# Where things are: $home is ours alone; $bin and $share are the user's, and only linked into.
places() {
    [ -n "${HOME:-}" ] || [ -n "$prefix" ] || fail 'HOME is not set' 'set it, or give --prefix DIR'
    data=${XDG_DATA_HOME:-${HOME:-$prefix}/.local/share}
    home=$data/git-anvcs
    bin=${prefix:-${HOME:-}/.local}/bin
    share=${prefix:-${HOME:-}/.local}/share
    made=$home/made # every folder and link that an installation made, in order
}

install() {
    find_git
    find_python
    choose_installer
    new=$home/versions/$(date +%Y%m%d%H%M%S)-$$
    say "git-anvcs: with $tool and Python $python_version into $home"
    say "           programs into $bin; this takes up to a minute"
    [ -z "$dry" ] || { say 'Nothing was changed (--dry-run).'; return 0; }
    check_links
    trap 'give_up' EXIT
    trap 'exit 130' INT HUP TERM
    make_folder "$home"
    touch "$made"
    lock
    make_folder "$bin"
    make_folder "$share"
    [ -e "$home/versions" ] || mkdir "$home/versions"
    build
    switch
    trap 'unlock' EXIT
    link_all
    for version in "$home/versions"/*; do
        [ "$version" = "$new" ] || rm -rf "$version"
    done
    unlock
    trap - EXIT INT HUP TERM
    say "Installed $("$bin/git-anvcs" --version). Next, in a repository: git anvcs init"
    path_hint
}

# What failed leaves no trace: the version that was there before goes on, or nothing is there.
give_up() {
    rm -rf "$new" "$new.log"
    [ -n "${locked:-}" ] || return 0
    unlock
    [ -e "$home/current" ] || remove_all
}

build() {
    log=$new.log
    new_environment "$new" >"$log" 2>&1 || fail_with_log 'the Python environment could not be made'
    add_packages "$new" "$source${extras:+[$extras]}" >"$log" 2>&1 ||
        fail_with_log 'the packages could not be installed'
    # -I: what was installed answers, not the source in the folder where install.sh was started.
    "$new/bin/python" -I -m git_anvcs.cli.pages "$new/share" >"$log" 2>&1 ||
        fail_with_log 'the man pages could not be written'
    # Git waits for these, once a file or once a command: this saves what Python's site costs.
    for program in git-ai-merge git-ai-blob; do
        "$new/bin/python" -I -m git_anvcs.drivers.launcher "$new/bin/$program" >"$log" 2>&1 ||
            fail_with_log "$program could not be written"
    done
    # Repositories keep paths of ours, so these must outlive upgrades: of the programs' Python,
    # and of the hooks and drivers inside the package.
    shipped=$("$new/bin/python" -I -c \
        'import os, sys; from git_anvcs.kernel.shipped import shipped
print(os.path.relpath(shipped("hooks").parent, sys.argv[1]))' "$new/share")
    ln -s "$shipped" "$new/share/git-anvcs"
    for program in $programs; do
        replace "$new/bin/$program" "$new/bin/" "$home/current/bin/"
    done
    "$new/bin/python" -I "$new/bin/git-anvcs" --version >"$log" 2>&1 ||
        fail_with_log 'the new version does not start'
    rm -f "$log"
}

# Replacing a symbolic link is atomic by rename(2), which mv does not promise for links to folders.
switch() {
    rm -f "$home/next"
    ln -s "versions/${new##*/}" "$home/next"
    "$python" -c 'import os, sys; os.replace(*sys.argv[1:])' "$home/next" "$home/current"
}

link_all() {
    make_folder "$bin"
    for program in $programs; do link "$home/current/bin/$program" "$bin/$program"; done
    (cd "$home/current/share" && find . -type f) | while IFS= read -r page; do
        page=${page#./}
        make_folder "$share/$(dirname "$page")"
        link "$home/current/share/$page" "$share/$page"
    done
    # What the last version had and this one has not.
    sed -n 's/^link //p' "$made" | while IFS= read -r at; do
        if [ -L "$at" ] && [ ! -e "$at" ] && ours "$at"; then rm -f "$at"; fi
    done
}

# Before anything is built: nothing of somebody else's stands where our links go.
check_links() {
    for folder in "$data" "$bin" "$share"; do
        above=$folder
        while [ ! -e "$above" ]; do above=$(dirname "$above"); done
        [ -d "$above" ] || fail "$above is not a folder" 'choose another place with --prefix DIR'
        [ -w "$above" ] || fail "$above cannot be written" 'choose another place with --prefix DIR'
    done
    if [ -d "$home" ] && [ ! -f "$made" ] && other_than_blobs; then
        fail "$home exists and is not from this installer" 'move it away, or set XDG_DATA_HOME'
    fi
    for program in $programs; do
        at=$bin/$program
        if { [ -e "$at" ] || [ -L "$at" ]; } && ! ours "$at"; then
            fail "$at exists and is not from this installer" \
                'remove it (uv tool uninstall git-anvcs?), or give --prefix DIR'
        fi
    done
}

other_than_blobs() { find "$home" -mindepth 1 -maxdepth 1 ! -name blobs | grep -q .; }

ours() { case $(readlink "$1" || :) in "$home"/*) ;; *) return 1 ;; esac; }

link() { # link TARGET AT
    if { [ -e "$2" ] || [ -L "$2" ]; } && ! ours "$2"; then
        say "note: $2 exists and is not from this installer; left alone"
        return 0
    fi
    ln -sf "$1" "$2"
    remember "link $2"
}

make_folder() {
    [ ! -d "$1" ] || return 0
    make_folder "$(dirname "$1")"
    mkdir "$1" 2>/dev/null || fail "$1 cannot be made" 'choose another place with --prefix DIR'
    later="${later:-}folder $1
"
    [ ! -d "$home" ] || { printf '%s' "$later" >>"$made"; later=''; }
}

remember() { grep -qxF "$1" "$made" 2>/dev/null || printf '%s\n' "$1" >>"$made"; }

uninstall() {
    [ -f "$made" ] || { say "git-anvcs is not installed below $home."; return 0; }
    if [ -n "$dry" ]; then
        say "These would be removed, and what the installer made in $home:"
        sed 's/^[a-z]* /  /' "$made" 2>/dev/null || :
        return 0
    fi
    [ -w "$home" ] || fail "$home cannot be written" 'uninstall as the user who installed'
    remove_all
    say 'git-anvcs is uninstalled. Repositories you had opted in go on as plain Git.'
    [ ! -d "$home/blobs" ] || say "Large files that were sent to the store \`local\` stay in $home/blobs."
}

remove_all() {
    record=$(cat "$made" 2>/dev/null || :)
    printf '%s\n' "$record" | sed -n 's/^link //p' | while IFS= read -r at; do
        if [ -L "$at" ] && ours "$at"; then rm -f "$at"; fi
    done
    # By name: blobs beside them is the store `local` of large files, and may have the only copy.
    for one in versions current next made lock; do rm -rf "${home:?}/$one"; done
    # Deepest first; a folder that meanwhile holds something else stays.
    printf '%s\n' "$record" | sed -n 's/^folder //p' | sort -r | while IFS= read -r folder; do
        rmdir "$folder" 2>/dev/null || :
    done
}

run_tests() {
    find_git
    find_python
    choose_installer
    say "git-anvcs: tests with $tool, Python $python_version and Git $git_version in $source/.venv"
    [ -z "$dry" ] || { say 'Nothing was changed (--dry-run).'; return 0; }
    cd "$source"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! .venv/bin/python -c '' 2>/dev/null; then
        rm -rf .venv
        new_environment .venv >"$log" 2>&1 || fail_with_log 'the Python environment could not be made'
    fi
    add_packages .venv -e "$source${extras:+[$extras]}" --group test >"$log" 2>&1 ||
        fail_with_log 'the packages could not be installed'
    cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
    .venv/bin/python -m pytest -q -n "${ANVCS_TEST_WORKERS:-$((cores > 2 ? cores : 2))}"
}

play_demo() {
    [ -z "$dry" ] || return 0
    PATH=$bin:$PATH git anvcs demo
}

find_git() {
    command -v git >/dev/null 2>&1 || fail 'Git is not installed' "install Git $oldest_git or newer"
    git_version=$(git --version 2>/dev/null | sed -n 's/^git version \([0-9.]*[0-9]\).*/\1/p')
    at_least "$git_version" "$oldest_git" ||
        fail "Git ${git_version:-of unknown version} is too old" "install Git $oldest_git or newer"
}

find_python() {
    python='' seen=''
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11 python
    fi
    for candidate in "$@"; do
        about=$("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3], sys.executable)' \
            2>/dev/null) || continue
        if at_least "${about%% *}" "$oldest_python"; then
            python=${about#* } python_version=${about%% *}
            return 0
        fi
        seen="$seen${seen:+, }$candidate is ${about%% *}"
    done
    [ -z "$seen" ] || fail "Python $oldest_python or newer is needed ($seen)" \
        "install one, or name it: PYTHON=/path/to/python3.12 ./install.sh"
    fail "Python $oldest_python or newer is needed and none was found" \
        "install one, or name it: PYTHON=/path/to/python3.12 ./install.sh"
}

choose_installer() {
    if uv --version >/dev/null 2>&1; then
        tool=uv
    elif "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        tool=pip
    else
        fail "$python cannot make environments: its modules venv and ensurepip are not installed" \
            'on Debian and Ubuntu: apt install python3-venv; anywhere: install uv'
    fi
}

new_environment() { # new_environment DIR
    case $tool in
        uv) uv venv -q --python "$python" --no-project "$1" ;;
        pip) "$python" -m venv "$1" && case $action in
            # Dependency groups (PEP 735) came with pip 25.1, later than any Python 3.11 brings.
            run_tests) "$1/bin/python" -m pip install -q --upgrade 'pip>=25.1' ;;
        esac ;;
    esac
}

add_packages() { # add_packages ENVIRONMENT WHAT...
    environment=$1
    shift
    case $tool in
        uv)
            set -- -q --python "$environment/bin/python" --compile-bytecode "$@"
            # What is cached is enough when there is no network.
            uv pip install "$@" || uv pip install --offline "$@"
            ;;
        pip) "$environment/bin/python" -m pip install -q --disable-pip-version-check "$@" ;;
    esac
}

lock() {
    if ! (set -C; echo $$ >"$home/lock") 2>/dev/null; then
        other=$(cat "$home/lock" 2>/dev/null || :)
        if [ -n "$other" ] && kill -0 "$other" 2>/dev/null; then
            fail "another installation is running (process $other)" 'wait for it to end'
        fi
        echo $$ >"$home/lock"
    fi
    locked=yes
}

unlock() { rm -f "$home/lock"; }

path_hint() {
    shell=${SHELL:-sh}
    case :$PATH: in *:"$bin":*) return 0 ;; esac
    say ''
    say "$bin is not on your PATH yet. This adds it, in the startup file of your shell:"
    case ${shell##*/} in
        fish) say "  fish_add_path '$bin'" ;;
        zsh) say "  echo 'export PATH=\"$bin:\$PATH\"' >> ~/.zshrc" ;;
        *) say "  echo 'export PATH=\"$bin:\$PATH\"' >> ~/.profile" ;;
    esac
}

at_least() { # at_least VERSION OLDEST: compares the first two numbers
    major=${1%%.*} rest=${1#*.}
    minor=${rest%%.*}
    case $major$minor in '' | *[!0-9]*) return 1 ;; esac
    [ "$major" -gt "${2%.*}" ] || { [ "$major" -eq "${2%.*}" ] && [ "$minor" -ge "${2#*.}" ]; }
}

replace() { # replace FILE OLD NEW: plain text, mode kept
    "$python" - "$@" <<'END'
import pathlib, sys
path, old, new = pathlib.Path(sys.argv[1]), *map(str.encode, sys.argv[2:])
path.write_bytes(path.read_bytes().replace(old, new))
END
}

needs_value() { [ $# -ge 2 ] || fail "$1 needs a value" './install.sh --help' 2; }

say() { printf '%s\n' "$*"; }

fail() { # fail SENTENCE HINT [EXIT CODE]
    printf 'install.sh: %s\nhint: %s\n' "$1" "$2" >&2
    exit "${3:-1}"
}

fail_with_log() {
    tail -n 12 "$log" | sed 's/^/  | /' >&2
    if grep -qiE 'network|connect|resolve host|dns|timed out|proxy|offline|No matching distribution' "$log"
    then
        fail "$1: no network, or the package index cannot be reached" \
            'mend the network or the proxy; with cached packages UV_OFFLINE=1 does without' 5
    fi
    fail "$1" 'the lines above are the last the installer said'
}

main "$@"
