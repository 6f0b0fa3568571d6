"""What is said about a conversation besides its time: the place, the guest's name, what is known of them."""

import re
from collections.abc import Sequence

from booking.models import Booking, ConsultType, HostMode, PartStat, PlaceKind
from kit.words import join_and, plural
from leads.handover import Handover

# Letters of any script with the marks that stand in names; one that could be an address or a sales line is none.
NAME = re.compile(r"[^\W\d_]+(?:\.?[ '’\N{NO-BREAK SPACE}-][^\W\d_]+)*\.?")
LONGEST_NAME = 60


def plain_name(name: str) -> str:
    """The name, if it looks like a person's; else nothing.

    A guest's letter goes to an address that nobody has confirmed: what is typed as a name must not become a message.
    """
    return name if len(name) <= LONGEST_NAME and NAME.fullmatch(name) else ""


def place_for_guest(booking: Booking) -> str:
    """Where and how, as the guest is told."""
    kind, place = booking.consult_type.place_kind, booking.consult_type.place.strip()
    if kind is PlaceKind.PHONE:
        number = (
            f"Your number: {booking.phone}."
            if booking.phone
            else "You gave no number: reply to the invite with the one to call."
        )
        return f"{place or 'By phone.'} {number}"
    return f"By video: {place}" if kind is PlaceKind.VIDEO else place


def place_for_host(booking: Booking) -> str:
    """Where and how, as the consultant is told."""
    kind, place = booking.consult_type.place_kind, booking.consult_type.place.strip()
    if kind is PlaceKind.PHONE:
        return f"By phone: {booking.phone}" if booking.phone else "By phone. They gave no number yet: ask for it."
    return f"By video: {place}" if kind is PlaceKind.VIDEO else place


def location(booking: Booking) -> str:
    """The place as calendars show it in one line; a link of a video call can be pressed there."""
    if booking.consult_type.place_kind is PlaceKind.PHONE:
        return "By phone"
    return booking.consult_type.place.strip()


def phone_hint(booking: Booking, hosts: Sequence[str]) -> str:
    """What the number is for."""
    if booking.consult_type.place_kind is PlaceKind.PHONE:
        call = "calls" if len(hosts) == 1 else "call"
        return f"{join_and(hosts)} {call} you on it. Without one, reply to the invite with the number to call."
    return "For the case that something comes up on the day."


def next_step(booking: Booking, hosts: Sequence[str]) -> str:
    """What happens at the agreed time."""
    kind, names, one = booking.consult_type.place_kind, join_and(hosts), len(hosts) == 1
    if kind is PlaceKind.PHONE and booking.phone:
        return f"At the agreed time {names} {'calls' if one else 'call'} you on {booking.phone}."
    if kind is PlaceKind.PHONE:
        return f"Reply to the invite with the number on which {names} should call you."
    if kind is PlaceKind.VIDEO:
        return f"At the agreed time you meet {names} by the link: {booking.consult_type.place}"
    return f"At the agreed time {names} {'expects' if one else 'expect'} you: {booking.consult_type.place}"


def hosts_of_type(consult_type: ConsultType) -> str:
    """With whom: `Robin Vale`, `Robin Vale and Sam Ortiz` where both take part, `… or …` where one of them does."""
    names = [host.name for host in consult_type.hosts if host.active]
    return join_and(names) if consult_type.host_mode is HostMode.ALL else join_or(names)


def place_of_type(consult_type: ConsultType) -> str:
    """`By phone`, `By video`, or the address."""
    if consult_type.place_kind is PlaceKind.ADDRESS:
        return consult_type.place.strip()
    return "By phone" if consult_type.place_kind is PlaceKind.PHONE else "By video"


def lengths_of_type(consult_type: ConsultType) -> str:
    """`30 minutes`, or `30, 45 or 60 minutes`."""
    *shorter, longest = consult_type.lengths
    return join_or([*(str(minutes) for minutes in shorter), plural(longest, "minute")])


def join_or(parts: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return f"{', '.join(parts[:-1])} or {parts[-1]}" if len(parts) > 1 else "".join(parts)


def calendar_answer(booking: Booking) -> str:
    """What the guest's calendar said to the invite."""
    return {
        PartStat.NEEDS_ACTION: "No answer yet",
        PartStat.ACCEPTED: "Accepted",
        PartStat.TENTATIVE: "Perhaps",
        PartStat.DECLINED: "Declined",
    }[booking.partstat]


def length(minutes: int) -> str:
    """`45 minutes`, `an hour`, `4 hours`, `a day`."""
    for size, one, many in ((1440, "a day", "days"), (60, "an hour", "hours")):
        if minutes and minutes % size == 0:
            return one if minutes == size else f"{minutes // size} {many}"
    return plural(minutes, "minute")


def story_name(slug: str) -> str:
    """A story's slug as words: `the-brush-off` is `The brush off`."""
    return slug.replace("-", " ").strip().capitalize()


def known_of_guest(handover: Handover) -> tuple[tuple[str, str], ...]:
    """What the assessment found, as (label, words); nothing where it was not taken."""
    rows: list[tuple[str, str]] = []
    if handover.held is not None and handover.needed is not None:
        held, needed = f"{round(handover.held, 1):g}", f"{round(handover.needed, 1):g}"
        rows.append(("Conversations a week", f"holds {held}, needs {needed}"))
    if handover.gap is not None:
        rows.append(("Gap", f"{round(handover.gap, 1):g} a week"))
    if handover.chance:
        rows.append(("Chance of the goal at this pace", handover.chance))
    if handover.obstacles:
        rows.append(("In the way", "; ".join(handover.obstacles)))
    return tuple(rows)
