"""Which files are lock files, and the command that writes each anew from its manifest.

The commands install nothing and run no scripts of packages where the package manager allows that.
Nothing here runs them.
"""

COMMANDS = {
    "Cargo.lock": "cargo update --workspace",
    "Gemfile.lock": "bundle lock",
    "Pipfile.lock": "pipenv lock",
    "Podfile.lock": "pod install",
    "buildscript-gradle.lockfile": "gradle dependencies --write-locks",
    "composer.lock": "composer update --lock --no-install --no-scripts",
    "flake.lock": "nix flake lock",
    "gems.locked": "bundle lock",
    "gradle.lockfile": "gradle dependencies --write-locks",
    "mix.lock": "mix deps.get",
    "npm-shrinkwrap.json": "npm install --package-lock-only --ignore-scripts",
    "package-lock.json": "npm install --package-lock-only --ignore-scripts",
    "packages.lock.json": "dotnet restore --force-evaluate",
    "pdm.lock": "pdm lock --update-reuse",
    "pixi.lock": "pixi lock",
    "pnpm-lock.yaml": "pnpm install --lockfile-only --ignore-scripts",
    "poetry.lock": "poetry lock",
    "uv.lock": "uv lock",
    "yarn.lock": "yarn install",
}


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def command(path: str) -> str:
    """What writes this lock file anew, to be run in its folder; nothing for other files."""
    return COMMANDS.get(name_of(path), "")
