"""The report as a file: tagged, titled, in a language, with its fonts and its calendar inside."""

import io
from typing import Any

import pikepdf
from pdfminer.high_level import extract_text


def text_of_report(content: bytes) -> str:
    """What can be read in it, with plain spaces."""
    return " ".join(extract_text(io.BytesIO(content)).split())


def calendar_of_report(content: bytes) -> str:
    """The calendar file that is inside."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (name,) = [name for name in pdf.attachments if name.endswith(".ics")]
        return pdf.attachments[name].get_file().read_bytes().decode()


def assert_report_rules(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root
        assert str(root.Lang) == "en"
        assert bool(root.MarkInfo.Marked)
        assert root.StructTreeRoot.K is not None
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"]).strip()
        with pdf.open_outline() as outline:
            assert len(outline.root) >= 5
        fonts = {id_of(font): font for page in pdf.pages for font in page.resources.get("/Font", {}).values()}
        assert fonts
        for font in fonts.values():
            assert_embedded(font)
        calendars = [name for name in pdf.attachments if name.endswith(".ics")]
        assert len(calendars) == 1
        assert pdf.attachments[calendars[0]].get_file().read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def id_of(font: Any) -> str:
    return str(font.BaseFont)


def assert_embedded(font: Any) -> None:
    """The font's own shapes are in the file, and only those that are used."""
    descriptor = (font.DescendantFonts[0] if "/DescendantFonts" in font else font).FontDescriptor
    assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")), font.BaseFont
    assert str(font.BaseFont)[7] == "+", f"{font.BaseFont} is there as a whole"
