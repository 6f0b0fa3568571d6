"""CalDAV (RFC 4791) in the few verbs that are needed: find calendars, ask what changed, read, write, remove.

Recurrences are not expanded by the server: servers disagree about it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from booking.calendar_faults import (
    CalendarFault,
    CalendarUnreadable,
    NoCalendarThere,
    NotThere,
    OtherSignIn,
    SignInRefused,
    UidElsewhere,
    fault_of,
)
from kit.fetch import Answer, Limits, Login, fetch

DAV, CALDAV, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
XML = {"Content-Type": "application/xml; charset=utf-8"}
WHERE = ("D:resourcetype", "D:displayname", "D:current-user-principal", "C:calendar-home-set")
WHAT = (
    *("D:resourcetype", "D:displayname", "D:current-user-privilege-set"),
    "C:supported-calendar-component-set",
)
WRITING = {DAV + name for name in ("all", "write", "write-content", "bind")}
WELL_KNOWN = "/.well-known/caldav"
LONGEST_ETAG = 400


@dataclass(frozen=True)
class Found:
    """A calendar of the one who signed in."""

    url: str
    name: str
    writable: bool


@dataclass(frozen=True)
class Stored:
    """An object of a calendar as the server keeps it."""

    body: bytes
    etag: str


@dataclass(frozen=True)
class Resource:
    """What a server says about one of its resources: its address and the properties that it has.

    `status` is there where it says something about the resource as a whole.
    """

    url: str
    status: str
    properties: Mapping[str, ElementTree.Element]

    def hrefs(self, name: str) -> list[str]:
        """The addresses in a property."""
        found = self.properties.get(name)
        texts = [] if found is None else [element.text or "" for element in found.iter(DAV + "href")]
        return [urljoin(self.url, text.strip()) for text in texts if text.strip()]

    def text(self, name: str) -> str:
        found = self.properties.get(name)
        return "" if found is None else (found.text or "").strip()

    def names(self, name: str) -> set[str]:
        """The names of everything in a property."""
        found = self.properties.get(name)
        return set() if found is None else {element.tag for element in found.iter()}

    @property
    def is_calendar(self) -> bool:
        """Whether events can be in it."""
        kinds = self.properties.get(CALDAV + "supported-calendar-component-set")
        components = set() if kinds is None else {comp.get("name", "").upper() for comp in kinds.iter(CALDAV + "comp")}
        return CALDAV + "calendar" in self.names(DAV + "resourcetype") and (not components or "VEVENT" in components)


@dataclass(frozen=True)
class Caldav:
    """A server, asked in somebody's name. All verbs raise FetchFault and CalendarFault."""

    login: Login | None
    limits: Limits

    def find_calendars(self, url: str) -> tuple[Found, ...]:
        """The calendars to which an address leads: it can be the one of a calendar, of its user, or of the server.

        Raises NoCalendarThere.
        """
        refused: CalendarFault | None = None
        for start in dict.fromkeys((url, urljoin(url, WELL_KNOWN))):
            try:
                found = self._calendars_from(start)
            except (SignInRefused, OtherSignIn):
                raise
            except CalendarFault as fault:
                refused = refused or fault
                continue
            if found:
                return found
        raise NoCalendarThere from refused

    def _calendars_from(self, url: str) -> tuple[Found, ...]:
        here = self._about(url, WHERE)
        if here.is_calendar:
            return self._listed(here.url, depth=0)
        homes = here.hrefs(CALDAV + "calendar-home-set")
        if not homes:
            for principal in here.hrefs(DAV + "current-user-principal")[:1]:
                homes = self._about(_follow(url, principal), WHERE).hrefs(CALDAV + "calendar-home-set")
        found = [calendar for home in homes[:3] for calendar in self._listed(_follow(url, home), depth=1)]
        return tuple(found or self._listed(here.url, depth=1))

    def _about(self, url: str, names: Sequence[str]) -> Resource:
        found = self._propfind(url, names, depth=0)
        if not found:
            raise NoCalendarThere
        return found[0]

    def _listed(self, url: str, *, depth: int) -> tuple[Found, ...]:
        return tuple(
            Found(
                resource.url,
                resource.text(DAV + "displayname") or urlsplit(resource.url).path.rstrip("/").rpartition("/")[2],
                _may_write(resource),
            )
            for resource in self._propfind(url, WHAT, depth=depth)
            if resource.is_calendar
        )

    def marker(self, calendar: str) -> str:
        """What changes with every change of the calendar (RFC 6578, or the older getctag); "" where there is none."""
        found = self._about(calendar, ("D:sync-token", "S:getctag"))
        return found.text(DAV + "sync-token") or found.text(SERVER + "getctag")

    def read(self, calendar: str, begin: datetime, end: datetime) -> tuple[bytes, ...]:
        """Every object with an event that may touch the time from `begin` to `end`, recurring ones whole.

        Raises CalendarUnreadable where the server holds some of them back: their time is not free.
        """
        span = f'<C:time-range start="{_utc(begin)}" end="{_utc(end)}"/>'
        found = self._query(calendar, span, ("D:getetag", "C:calendar-data"))
        there = [resource for resource in found if " 404" not in resource.status]
        if not all(resource.text(CALDAV + "calendar-data") for resource in there):
            raise CalendarUnreadable("The server shows only a part of the calendar.")
        return tuple(resource.text(CALDAV + "calendar-data").encode() for resource in there)

    def find_uid(self, calendar: str, uid: str) -> str:
        """The address of the object with that UID; "" where there is none."""
        match = (
            f'<C:prop-filter name="UID"><C:text-match collation="i;octet">{escape(uid)}</C:text-match></C:prop-filter>'
        )
        found = self._query(calendar, match, ("D:getetag", "C:calendar-data"))
        for resource in found:
            unfolded = re.sub(r"\r?\n[ \t]", "", resource.text(CALDAV + "calendar-data"))
            if re.search(rf"^UID:{re.escape(uid)}\s*$", unfolded, re.MULTILINE):
                return resource.url
        return ""

    def get(self, url: str) -> Stored | None:
        """An object; None where it is not there."""
        answer = fetch(url, login=self.login, limits=self.limits)
        try:
            self._check(answer)
        except NotThere:
            return None
        return Stored(answer.body, _etag(answer))

    def put(self, url: str, body: bytes, *, etag: str = "", new: bool = False) -> str:
        """Write an object: a new one, or over the one that has that ETag; without either over anything.

        Gives its ETag, "" where the server does not say. Raises ObjectChanged, UidElsewhere.
        """
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        if new:
            headers["If-None-Match"] = "*"
        elif etag and not etag.startswith("W/"):
            headers["If-Match"] = etag
        answer = fetch(url, method="PUT", headers=headers, body=body, login=self.login, limits=self.limits)
        if answer.status in (403, 409) and b"no-uid-conflict" in answer.body:
            raise UidElsewhere(_conflicting(answer))
        self._check(answer)
        return _etag(answer)

    def delete(self, url: str, *, etag: str = "") -> None:
        """Remove an object; one that is not there is no fault. Raises ObjectChanged."""
        headers = {"If-Match": etag} if etag and not etag.startswith("W/") else {}
        answer = fetch(url, method="DELETE", headers=headers, login=self.login, limits=self.limits)
        if answer.status not in (404, 410):
            self._check(answer)

    def _propfind(self, url: str, names: Sequence[str], *, depth: int) -> list[Resource]:
        wanted = "".join(f"<{name}/>" for name in names)
        body = f"<?xml version='1.0' encoding='utf-8'?><D:propfind {NAMESPACES}><D:prop>{wanted}</D:prop></D:propfind>"
        return self._ask(url, "PROPFIND", body, {**XML, "Depth": str(depth)})

    def _query(self, url: str, condition: str, names: Sequence[str]) -> list[Resource]:
        wanted = "".join(f"<{name}/>" for name in names)
        body = (
            f"<?xml version='1.0' encoding='utf-8'?><C:calendar-query {NAMESPACES}><D:prop>{wanted}</D:prop>"
            f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{condition}</C:comp-filter>'
            "</C:comp-filter></C:filter></C:calendar-query>"
        )
        return self._ask(url, "REPORT", body, {**XML, "Depth": "1"})

    def _ask(self, url: str, method: str, body: str, headers: Mapping[str, str]) -> list[Resource]:
        answer = fetch(url, method=method, headers=headers, body=body.encode(), login=self.login, limits=self.limits)
        self._check(answer)
        if answer.status != 207:
            raise NoCalendarThere
        return list(_resources(answer))

    def _check(self, answer: Answer) -> None:
        fault = fault_of(answer.status, answer.headers.get("www-authenticate", ""))
        if fault is not None:
            raise fault


class _Plain(ElementTree.TreeBuilder):
    """Refuses a document type: in it stand entities that grow without end."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise CalendarUnreadable("The answer of the server makes no sense.")


def _resources(answer: Answer) -> Iterator[Resource]:
    """The parts of a multi-status answer (RFC 4918 13); properties that are missing are left out."""
    root = _parse(answer.body)
    for response in root.iter(DAV + "response"):
        href = (response.findtext(DAV + "href") or "").strip()
        properties: dict[str, ElementTree.Element] = {}
        for group in response.iter(DAV + "propstat"):
            if " 200" in (group.findtext(DAV + "status") or " 200"):
                properties |= {element.tag: element for prop in group.iter(DAV + "prop") for element in prop}
        yield Resource(urljoin(answer.url, href), response.findtext(DAV + "status") or "", properties)


def _parse(body: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(body, ElementTree.XMLParser(target=_Plain()))  # noqa: S314  # no document type
    except ElementTree.ParseError as fault:
        raise CalendarUnreadable("The answer of the server makes no sense.") from fault


def _conflicting(answer: Answer) -> str:
    """The address that an answer names beside no-uid-conflict."""
    try:
        conflict = _parse(answer.body).find(f".//{CALDAV}no-uid-conflict")
    except CalendarUnreadable:
        return ""
    href = "" if conflict is None else (conflict.findtext(DAV + "href") or "").strip()
    return urljoin(answer.url, href) if href else ""


def _etag(answer: Answer) -> str:
    """The ETag; one that no server would make is none."""
    etag = answer.headers.get("etag", "")
    return etag if len(etag) <= LONGEST_ETAG and etag.isprintable() else ""


def _follow(asked: str, named: str) -> str:
    """An address that a server named, unless it would lead out of encryption: the password goes along."""
    if urlsplit(asked).scheme == "https" and urlsplit(named).scheme != "https":
        raise NoCalendarThere
    return named


def _may_write(resource: Resource) -> bool:
    granted = resource.names(DAV + "current-user-privilege-set")
    return not granted or bool(granted & WRITING)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
