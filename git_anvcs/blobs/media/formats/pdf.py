"""PDF documents, by pypdf: the only module that imports it."""

import logging
from pathlib import Path

from git_anvcs.blobs.media.facts import Facts, Unreadable
from git_anvcs.kernel.extras import extra

SIZES = 50  # pages whose size is looked at


def read(file: Path) -> Facts:
    with extra("media", "pypdf"):
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each small fault
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"encrypted": True}
        facts: Facts = {"pages": len(reader.pages)}
        boxes = [page.mediabox for page in reader.pages[:SIZES]]
        sizes = dict.fromkeys(f"{float(box.width):g} x {float(box.height):g}" for box in boxes)
        facts["page sizes"] = ", ".join(sizes)
        for name, value in sorted((reader.metadata or {}).items()):
            facts[f"about {name.removeprefix('/')}"] = str(value)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("pypdf cannot read it as a PDF document") from error
    return facts
