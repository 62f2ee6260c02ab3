"""Images, by Pillow: the only module that imports it. Headers are read, pixels are not."""

from pathlib import Path
from typing import TYPE_CHECKING

from git_anvcs.blobs.media.facts import Facts, Unreadable, line
from git_anvcs.kernel.extras import extra

if TYPE_CHECKING:
    from PIL.Image import Exif

# Parts of the camera's data that are tables of their own (Exif 2.32, 4.6.3).
EXIF, GPS = 0x8769, 0x8825
# What the camera alone can read, and where in the file strips of pixels stand.
UNTOLD = (EXIF, GPS, 0x927C, 0x0111, 0x0117)


def read(file: Path) -> Facts:
    with extra("media", "Pillow"):
        from PIL import Image
    Image.MAX_IMAGE_PIXELS = None  # no pixel is unpacked here
    try:
        with Image.open(file) as image:
            facts: Facts = {
                "format": image.format or "",
                "width": image.width,
                "height": image.height,
                "mode": image.mode,
            }
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                facts["frames"] = frames
            if "dpi" in image.info:
                facts["dpi"] = " x ".join(f"{float(one):g}" for one in image.info["dpi"])
            if image.info.get("icc_profile"):
                facts["colour profile"] = f"{len(image.info['icc_profile'])} bytes"
            return facts | _camera(image.getexif())
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError) as error:
        raise Unreadable(f"Pillow cannot read it as an image: {_without(file, error)}") from error


def _camera(exif: "Exif") -> Facts:
    """What the camera wrote: Exif tags by their names, sorted."""
    from PIL.ExifTags import GPSTAGS, TAGS

    found: Facts = {}
    for tags, names in (
        (dict(exif), TAGS),
        (exif.get_ifd(EXIF), TAGS),
        (exif.get_ifd(GPS), GPSTAGS),
    ):
        for tag, value in tags.items():
            if tag not in UNTOLD:
                found[f"exif {names.get(tag, hex(tag))}"] = _shown(value)
    return dict(sorted(found.items()))


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value[:20])
    return line(str(value).rstrip("\0 "))


def _without(file: Path, error: Exception) -> str:
    """The message without the name of the file, which may be a copy somewhere."""
    return str(error).replace(repr(str(file)), "this file").replace(str(file), "this file")
