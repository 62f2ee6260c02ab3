"""Large files planted in a sealed repository: pointers in Git, contents in the cache."""

from collections.abc import Mapping
from pathlib import Path

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths
from tests.support.sandbox import Sandbox

ATTRIBUTES = "*.bin filter=ai-blob diff=ai-blob merge=ai-blob -text\n"


def store_at(folder: Path, mode: str = "remote") -> dict[str, str]:
    """Variables that make `folder` a store that others can read, as a mounted one is."""
    folder.mkdir(exist_ok=True)
    (folder / "anvcs-blobs").touch()
    return {
        "ANVCS_STORAGE_MODE": mode,
        "ANVCS_STORAGE_PRIMARY": "nfs",
        "ANVCS_ADAPTERS_NFS_PATH": str(folder),
    }


def bucket_at(url: str, aws_home: Path, prefix: str, bucket: str = "versioned") -> dict[str, str]:
    """Variables that make a part of a bucket the store; aws_home: the fixture of that name."""
    return {
        "AWS_SHARED_CREDENTIALS_FILE": str(aws_home / "credentials"),
        "AWS_CONFIG_FILE": str(aws_home / "config"),
        "ANVCS_STORAGE_MODE": "remote",
        "ANVCS_STORAGE_PRIMARY": "s3",
        "ANVCS_ADAPTERS_S3_ENDPOINT_URL": url,
        "ANVCS_ADAPTERS_S3_BUCKET": bucket,
        "ANVCS_ADAPTERS_S3_PROFILE": "tests",
        "ANVCS_ADAPTERS_S3_PREFIX": prefix,
    }


def cache_of(repo: Sandbox) -> Cache:
    return Cache(Paths(Repo.discover(repo.root).common_dir))


def planted(repo: Sandbox, files: Mapping[str, bytes]) -> dict[str, Pointer]:
    """Write pointers where the files would be and put the contents into the cache."""
    made = {}
    for name, content in files.items():
        with cache_of(repo).draft() as draft:
            draft.write(content)
            made[name] = Pointer(*draft.keep())
        repo.write(name, pointers.text(made[name]))
    repo.write(".gitattributes", ATTRIBUTES)
    return made


SHIPPED = Path(__file__).parents[2] / "merge-drivers" / "gitconfig"


def wire(repo: Sandbox, *, gitconfig: Path = SHIPPED) -> None:
    """Have every git of this sandbox know the filter, also one that clones; track `*.bin`."""
    config = repo.base / "gitconfig"
    config.write_text(
        f'[include]\n\tpath = {gitconfig}\n[protocol "file"]\n\tallow = always\n'
        "[uploadpack]\n\tallowFilter = true\n"
    )
    repo.env["GIT_CONFIG_GLOBAL"] = str(config)
    if repo.root.is_dir():
        repo.write(".gitattributes", ATTRIBUTES)


def in_git(repo: Sandbox, path: str, revision: str = "") -> bytes:
    """What Git has for a path, without the filter."""
    return repo.git("cat-file", "blob", f"{revision}:{path}").encode(errors="surrogateescape")
