"""Which kind of file this is: by its first bytes, else by the ending of its name."""

from pathlib import Path, PurePosixPath

FIRST = 512  # bytes that are looked at; a tar file tells of itself at 257

MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF8", "image"),
    (0, b"II*\0", "image"),
    (0, b"MM\0*", "image"),
    (8, b"WEBP", "image"),
    (4, b"ftypavif", "image"),
    (8, b"WAVE", "media"),
    (8, b"AVI ", "media"),
    (0, b"ID3", "media"),
    (0, b"fLaC", "media"),
    (0, b"OggS", "media"),
    (0, b"\x1aE\xdf\xa3", "media"),
    (4, b"ftyp", "media"),
    (0, b"%PDF-", "pdf"),
    (0, b"PAR1", "parquet"),
    (0, b"ARROW1\0\0", "arrow"),
    (0, b"SQLite format 3\0", "sqlite"),
    (0, b"\x93NUMPY", "numpy"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (257, b"ustar", "tar"),
)
ENDINGS = {
    ".bmp": "image",
    ".ico": "image",
    ".tga": "image",
    ".aac": "media",
    ".mp3": "media",
    ".mpg": "media",
    ".ts": "media",
    ".safetensors": "safetensors",
    ".onnx": "onnx",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".pt": "pickle",
    ".pth": "pickle",
    ".ckpt": "pickle",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".tgz": "tar",
    ".tbz2": "tar",
    ".txz": "tar",
}
# Not NUL alone: one in eight beginnings of compressed or encrypted bytes has none.
_NEVER_IN_TEXT = frozenset((*range(8), *range(0x0E, 0x1A), *range(0x1C, 0x20)))
DOUBLE = {".tar.gz": "tar", ".tar.bz2": "tar", ".tar.xz": "tar"}


def kind_of(file: Path, name: str) -> str:
    """`image`, `csv`, `zip`, …; `text` or `binary` where nothing more is known."""
    with file.open("rb") as stream:
        first = stream.read(FIRST)
    for place, sign, kind in MAGIC:
        if first[place : place + len(sign)] == sign:
            return kind
    ends = [one.lower() for one in PurePosixPath(name).suffixes]
    by_name = DOUBLE.get("".join(ends[-2:])) or ENDINGS.get("".join(ends[-1:]), "")
    if by_name == "pickle" and not first.startswith(b"\x80"):
        by_name = ""
    if by_name:
        return by_name
    if first[:1] == b"\x80" and first[1:2] in b"\x02\x03\x04\x05":
        return "pickle"
    return "binary" if _NEVER_IN_TEXT.intersection(first) else "text"
