"""What stands in the margins of a PDF, marked as an artifact: page numbers and running heads.

WeasyPrint gives it a number of its own in the page's content and then leaves it out of the structure, so that a reader
hears of something that is nowhere (ISO 14289-1, 7.1: whatever is painted is in the structure or an artifact).
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

MARKED = re.compile(rb"/\w+\n<</MCID (\d+)>>\nBDC\n")
ARTIFACT = b"/Artifact\n<</Type /Pagination>>\nBDC\n"
Piece = tuple[tuple[int, int], int]  # a page by its object, and a number in its content


def mark_furniture(raw: bytes) -> bytes:
    """The PDF with everything that its structure does not hold marked as an artifact."""
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        told: set[Piece] = set(_told(pdf.Root.StructTreeRoot.K, ()))
        parents = pdf.Root.StructTreeRoot.ParentTree.Nums
        owners = {int(parents[n]): parents[n + 1] for n in range(0, len(parents), 2)}
        for page in pdf.pages:
            at: tuple[int, int] = page.obj.objgen
            owner = owners[int(page.StructParents)]
            content = page.Contents.read_bytes()
            untold = {mark for mark in map(int, MARKED.findall(content)) if (at, mark) not in told}
            for mark in untold:
                owner[mark] = None
            page.Contents = pdf.make_stream(_set_aside(content, untold))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _set_aside(content: bytes, untold: set[int]) -> bytes:
    return MARKED.sub(lambda found: ARTIFACT if int(found[1]) in untold else found[0], content)


def _told(node: Any, page: tuple[int, int] | tuple[()]) -> Iterator[Piece]:
    """Every piece of content that the structure holds."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _told(child, page)
    elif isinstance(node, pikepdf.Dictionary):
        page = node.Pg.objgen if "/Pg" in node else page
        yield from _told(node.MCID if "/MCID" in node else node.get("/K", pikepdf.Array()), page)
    elif isinstance(node, int) and page:
        yield page, node
