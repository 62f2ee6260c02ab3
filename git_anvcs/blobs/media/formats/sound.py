"""Sound and video, by MediaInfo: the only module that imports pymediainfo."""

from pathlib import Path
from typing import Any

from git_anvcs.blobs.media.facts import Facts, Unreadable
from git_anvcs.kernel.extras import extra

# MediaInfo's names of what is told of each kind of track, and ours.
TOLD = {
    "General": {"format": "container", "title": "title", "performer": "artist", "album": "album"},
    "Video": {
        "format": "codec",
        "format_profile": "profile",
        "width": "width",
        "height": "height",
        "frame_rate": "frames a second",
        "frame_count": "frames",
        "bit_depth": "bits",
        "chroma_subsampling": "chroma",
    },
    "Audio": {
        "format": "codec",
        "channel_s": "channels",
        "sampling_rate": "samples a second",
        "bit_depth": "bits",
        "language": "language",
    },
    "Text": {"format": "codec", "language": "language"},
}


def read(file: Path) -> Facts:
    with extra("media", "pymediainfo"):
        from pymediainfo import MediaInfo
    try:
        found = MediaInfo.parse(str(file))
    except (OSError, RuntimeError) as error:
        raise Unreadable("MediaInfo cannot read it") from error
    facts: Facts = {}
    numbers: dict[str, int] = {}
    for track in found.tracks:
        kind = str(track.track_type)
        if kind in TOLD:
            numbers[kind] = numbers.get(kind, 0) + 1
            facts |= _track(track.to_data(), kind, numbers[kind])
    if set(numbers) <= {"General"}:
        raise Unreadable("MediaInfo finds no sound and no video in it")
    return facts


def _track(data: dict[str, Any], kind: str, number: int) -> Facts:
    place = "" if kind == "General" else f"{kind.lower()} {number} "
    facts: Facts = {
        f"{place}{ours}": int(data[theirs]) if str(data[theirs]).isdigit() else str(data[theirs])
        for theirs, ours in TOLD[kind].items()
        if data.get(theirs) not in (None, "")
    }
    if data.get("duration"):
        facts[f"{place}seconds"] = round(float(data["duration"]) / 1000, 3)
    return facts
