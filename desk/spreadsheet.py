"""Leads as the lines of a CSV file (RFC 4180). What looks like a formula is text to every spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from kit.spreadsheets import harmless
from leads.models import Lead

HEADINGS = (
    *("Name", "Address", "Company", "Telephone", "Stage", "Result", "Story", "Source", "Consult booked"),
    *("Call back on", "Known since", "Latest news"),
)
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by which spreadsheets know UTF-8
AT_ONCE = 200


def lines(leads: Iterable[Lead]) -> Iterator[str]:
    """The file in pieces, headings first."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    written.write(MARK)
    writer.writerow(HEADINGS)
    for number, lead in enumerate(leads, 1):
        writer.writerow([harmless(value) for value in _values(lead)])
        if number % AT_ONCE == 0:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


def _values(lead: Lead) -> tuple[str, ...]:
    return (
        lead.name,
        lead.address_typed,
        lead.company,
        lead.phone,
        lead.stage.value,
        lead.band,
        lead.story,
        lead.source,
        "yes" if lead.has_consult else "no",
        lead.call_back_on.isoformat() if lead.call_back_on else "",
        lead.created_at.isoformat(timespec="seconds"),
        lead.seen_at.isoformat(timespec="seconds"),
    )
