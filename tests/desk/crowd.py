"""A desk with so many rows of everything that it lists: written in bulk, for pages that must bear it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from blog.subscription_models import Subscriber, SubscriberState
from booking.calendar_models import CalendarSource, SourceKind
from booking.exchange_models import Offer, OfferState, Reply, WaitlistEntry, WaitState
from booking.models import Booking, BookingState, BusyInterval, Consultant, ConsultType, ConsultTypeHost, DateOverride
from booking.reply_rules import ReplyOutcome
from kit import seals
from kit.context import current_settings
from kit.db import session, transaction
from kit.mail import Mail, Purpose, compose
from kit.outbox import Letter, LetterState
from kit.refusal_rules import Meaning
from kit.suppression import Bounce, Reason, Suppression
from leads import webhooks
from leads.funnel import week_of
from leads.funnel_models import FunnelCount, Step
from leads.models import Happening, HappeningKind, Lead, LeadWord, Stage
from leads.webhook_models import Delivery, DeliveryState, Webhook
from leads.words import plain, words_of
from staff import services
from staff.audit_models import Act, AuditEntry
from staff.models import Account, Invitation, Passkey, SignedIn, account_role
from staff.roles import Role
from tests.blog.builders import a_file, a_folder

HALF_AN_HOUR = timedelta(minutes=30)
FAR = timedelta(days=300)
MOST_TYPES = 40  # more kinds of consults than anybody offers
MOST_DATES = 400
MOST_PASSKEYS = 10
FIRST = ("Ann", "Benedikt", "Carla", "Dinesh", "Elin", "Farid", "Grace", "Hugo", "Iris", "Jonas", "Katharina", "Liam")
LAST = ("Avery", "Okoro-Lindqvist", "Mendes", "Rao", "Berg", "Nasser", "Holm", "Novak", "Pell", "Roche", "Marlow")
COMPANIES = ("Harbor Realty", "Birch Street Brokers and Partners of the Lower Valley", "Tallgrass", "Cedar Row", "")
BANDS = ("Well short of pace", "Short of pace", "On pace", "Close to pace")
STORIES = ("the-night-supervisor", "a-map-of-saturday", "two-weeks-is-a-date", "")
NOTE = "Rang twice at the time, no answer. Left a voicemail and a number.\nTries the two-week line on five names."


@dataclass(frozen=True)
class Crowd:
    """What the pages with a number in their address are about."""

    lead: str
    webhook: int
    subscriber: int
    colleague: int
    letter: int
    consult: str
    coming: str
    consult_type: int
    calendar: int


def fill(count: int, *, at: datetime) -> Crowd:
    """`count` rows of everything that the desk lists; the account that is there already is its owner."""
    account = session().scalars(select(Account).order_by(Account.id)).first()
    assert account is not None
    with transaction():
        people(count, account, at)
        passkeys(count, account, at)
        leads_and_letters(count, account, at)
        own = session().scalars(select(Consultant).where(Consultant.account_id == account.id)).first()
        consults(count, own or _consultant(account), at)
        programs(count, at)
        _put(AuditEntry, ({"at": at - n * HALF_AN_HOUR, "act": list(Act)[n % len(Act)], "account_id": account.id,
                           "name": account.name, "subject": f"lead{n:012d}"} for n in range(count)))  # fmt: skip
        monday = week_of(at.date())
        _put(FunnelCount, ({"week": monday - timedelta(weeks=n % 12), "step": step, "story": STORIES[n % 4],
                            "source": f"source-{n}.example.org", "times": 3 + n % 5}
                           for n in range(count) for step in Step))  # fmt: skip
    return Crowd(
        _first(Lead.public_id), _first(Webhook.id), _first(Subscriber.id), _last(Account.id), _first(Letter.id),
        _reference(select(func.min(Booking.uid))),
        _reference(select(func.max(Booking.uid)).where(Booking.uid.endswith("-consult"))), _first(ConsultType.id),
        _first(CalendarSource.id),
    )  # fmt: skip


def people(count: int, owner: Account, at: datetime) -> None:
    """Colleagues, invitations, and browsers in which the owner is signed in."""
    consultant = services.role_named(Role.CONSULTANT)
    known = list(session().scalars(select(Account.id)))
    first = max(known) + 1
    _put(Account, ({"id": first + n, "name": _name(n), "email": f"colleague{n}@consultancy.example", "password": "none",
                    "active": n % 9 != 8, "fs_uniquifier": f"colleague{n}", "created_at": at - timedelta(days=n % 900)}
                   for n in range(count)))  # fmt: skip
    rows = [{"account_id": first + n, "role_id": consultant.id} for n in range(count)]
    if rows:
        session().execute(account_role.insert(), rows)
    _put(Invitation, ({"secret": f"invitation{n}", "role": "author", "email": f"invited{n}@consultancy.example",
                       "invited_by": owner.name, "expires_at": at + timedelta(days=1 + n % 6)}
                      for n in range(count)))  # fmt: skip
    _put(SignedIn, ({"account_id": owner.id, "secret_hash": f"{n:064d}", "device": "Firefox on Windows",
                     "begun_at": at - timedelta(days=9), "seen_at": at - timedelta(minutes=5 + n)}
                    for n in range(count)))  # fmt: skip


def passkeys(count: int, owner: Account, at: datetime) -> None:
    """Keys of the owner, as many as somebody has."""
    _put(Passkey, ({"user_id": owner.id, "credential_id": f"key{n}".encode(), "public_key": b"none", "transports": [],
                    "lastuse_datetime": at - timedelta(days=n), "name": f"Telephone number {n}", "usage": "first"}
                   for n in range(min(count, MOST_PASSKEYS))))  # fmt: skip


def stories(count: int, folder: Path, *, at: datetime) -> Path:
    """A folder with so many stories; every fifth is a draft, the first is to come."""
    folder.mkdir()
    for number in range(count):
        draft = "true" if number % 5 == 4 else None
        told = a_file(title=f"The call number {number}, and what came of it", draft=draft,
                      date=(at + timedelta(days=7 - number)).isoformat())  # fmt: skip
        (folder / f"story-{number}.md").write_text(told, "utf-8")
    return a_folder(folder)


def leads_and_letters(count: int, owner: Account, at: datetime) -> None:
    """Leads, of whom every third waits for a call; the first has a timeline of `count` entries and as many letters."""
    leads = [_lead(n, owner, at) for n in range(count)]
    _put(Lead, leads)
    words = ((lead, words_of((lead["name"], lead["address"], lead["company"], NOTE), lead["phone"])) for lead in leads)
    _put(LeadWord, ({"lead_id": lead["id"], "word": word} for lead, found in words for word in sorted(found)))
    _put(Happening, (row for lead in leads for row in _timeline(lead, at)))
    kinds = [kind for kind in HappeningKind if kind is not HappeningKind.ASSESSMENT_TAKEN]
    _put(Happening, ({"lead_id": 1, "kind": kinds[n % len(kinds)], "at": at - timedelta(days=3, hours=n),
                      "headline": f"{kinds[n % len(kinds)].value.capitalize()}, number {n}", "facts": {"text": NOTE}}
                     for n in range(count)))  # fmt: skip
    _put(Letter, (row for n, lead in enumerate(leads) for row in _letters(n, lead, at)))
    _put(Bounce, ({"letter_id": n + 1, "address_hash": f"{n:064d}", "address": lead["address"], "meaning": Meaning.HARD,
                   "status": "5.1.1", "words": "550 5.1.1 No such user here", "source": f"try {n}",
                   "at": at - n * HALF_AN_HOUR} for n, lead in enumerate(leads)))  # fmt: skip
    _put(Suppression, ({"purpose": Purpose.NEWSLETTER, "address_hash": f"{n:064d}", "address": lead["address"],
                        "reason": Reason.HARD_BOUNCE, "since": at - n * HALF_AN_HOUR}
                       for n, lead in enumerate(leads)))  # fmt: skip
    states = list(SubscriberState)
    _put(Subscriber, ({"key": lead["address"], "address": lead["address"], "secret": f"subscriber{n}",
                       "state": states[n % len(states)], "story": STORIES[n % 4], "wording": "stories-1",
                       "created_at": at - timedelta(days=n % 600), "asked_at": at - timedelta(days=n % 600),
                       "confirmed_at": None if n % len(states) == 0 else at - timedelta(days=n % 600)}
                      for n, lead in enumerate(leads)))  # fmt: skip


def consults(count: int, own: Consultant, at: datetime) -> None:
    """Consults before and after now, offers, replies, a waitlist, blocks, calendars, closed dates and kinds."""
    kind = session().scalars(select(ConsultType).order_by(ConsultType.id)).first() or _consult_type(own)
    second = _another(own)
    begin = (at - HALF_AN_HOUR * (count // 2)).replace(minute=0, second=0, microsecond=0)
    _put(Booking, (_consult(n, own, kind, begin + n * HALF_AN_HOUR, at) for n in range(count)))
    _put(Offer, ({"id": n + 1, "secret": f"offer{n}", "consult_type_id": kind.id, "lead_id": n + 1,
                  "state": OfferState.OPEN if n % 2 else OfferState.LAPSED, "account_id": own.account_id,
                  "expires_at": at + timedelta(hours=1 + n % 22), "created_at": at - timedelta(hours=2),
                  "closed_at": None if n % 2 else at - timedelta(hours=n % 600)} for n in range(count)))  # fmt: skip
    _put(Booking, (_offered(n, second, kind, at) for n in range(count)))
    ahead = list(session().scalars(select(Booking.id).where(Booking.starts_at > at, Booking.offer_id.is_(None))))
    _put(Reply, ({"message_id": f"<reply{n}@example.com>", "sender": _address(n), "method": "COUNTER",
                  "booking_id": ahead[n % len(ahead)] if ahead else None, "received_at": at - n * HALF_AN_HOUR,
                  "outcome": ReplyOutcome.MOVE_ASKED if n < len(ahead) else ReplyOutcome.ACCEPTED,
                  "wanted_at": at + timedelta(days=40, hours=n), "comment": "Could we make it later?"}
                 for n in range(count)))  # fmt: skip
    _put(WaitlistEntry, ({"secret": f"place{n}", "state": WaitState.WAITING, "consult_type_id": kind.id, "minutes": 30,
                          "lead_id": n + 1, "name": _name(n), "address": _address(n), "phone": "+1 555 010 0101",
                          "zone_name": "America/New_York", "created_at": at - timedelta(days=2, minutes=n),
                          "booking_id": ahead[n] if n < len(ahead) and n % 2 else None}
                         for n in range(count)))  # fmt: skip
    _put(BusyInterval, ({"consultant_id": own.id, "starts_at": at + timedelta(days=90, hours=3 * n),
                         "ends_at": at + timedelta(days=90, hours=3 * n + 1), "reason": "At the dentist"}
                        for n in range(count)))  # fmt: skip
    _put(CalendarSource, ({"consultant_id": own.id, "kind": SourceKind.ICS, "name": f"Calendar {n}", "tries": 4,
                           "url": f"https://calendar{n}.example.com/busy.ics", "due_at": at + FAR, "good_at": at,
                           "trouble": "The server answered with status 503.", "created_at": at}
                          for n in range(count)))  # fmt: skip
    _put(DateOverride, ({"consultant_id": own.id, "day": at.date() + timedelta(days=n)}
                        for n in range(min(count, MOST_DATES))))  # fmt: skip
    for n in range(1, min(count, MOST_TYPES)):
        _consult_type(own, slug=f"kind-{n}", name=f"Conversation of kind {n}")


def programs(count: int, at: datetime) -> None:
    """Other programs that are told; the first with `count` messages in every state."""
    secret = seals.seal(webhooks.PURPOSE, "none")
    _put(Webhook, ({"id": n + 1, "name": f"Customer list {n}", "url": f"https://crm{n}.example.com/hook",
                    "secret": secret, "created_at": at, "paused": n % 3 == 2} for n in range(count)))  # fmt: skip
    states = list(DeliveryState)
    _put(Delivery, ({"webhook_id": 1, "lead_id": n + 1, "kind": "lead.consult_booked", "body": "{}", "tries": n % 8,
                     "message_id": f"msg_{n:024d}", "state": states[n % len(states)], "due_at": at + FAR,
                     "created_at": at - n * HALF_AN_HOUR, "status": 200 if states[n % 3] == "delivered" else 500,
                     "trouble": "" if states[n % 3] == "delivered" else "It answered with status 500."}
                    for n in range(count)))  # fmt: skip


def _put(table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows, with the defaults of the table."""
    if found := list(rows):
        session().execute(insert(table), found)


def _name(number: int) -> str:
    return f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]} {number}"


def _address(number: int) -> str:
    return f"{_name(number).replace(' ', '.').lower()}@example.com"


def _lead(number: int, owner: Account, at: datetime) -> dict[str, Any]:
    seen = at - number * HALF_AN_HOUR
    calls = number % 3 == 0
    return {
        "id": number + 1,
        "public_id": f"lead{number:012d}",
        "name": _name(number),
        "called": plain(_name(number)),
        "address": _address(number),
        "address_typed": _address(number),
        "company": COMPANIES[number % len(COMPANIES)],
        "phone": f"+1 555 {number:07d}",
        "stage": list(Stage)[number % len(Stage)],
        "owner_id": owner.id if number % 2 else None,
        "band": BANDS[number % len(BANDS)],
        "story": STORIES[number % 4],
        "source": f"source-{number}.example.org",
        "call_back_on": at.date() + timedelta(days=number % 20 - 10) if calls else None,
        "call_back_asked_at": seen if calls else None,
        "first_touch": {"story": STORIES[number % 4]},
        "created_at": seen - timedelta(days=30),
        "seen_at": seen,
    }


def _timeline(lead: Mapping[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    facts = {"band": lead["band"], "held": "4 a week", "needed": "11 a week", "gap": "7 a week", "line": [4.1, 11.3],
             "chance": "about 1 in 10", "in the way": ["The list is missing or stale"]}  # fmt: skip
    for kind, words in ((HappeningKind.ASSESSMENT_TAKEN, "Took the assessment"), (HappeningKind.NOTE, "Note by Robin")):
        facts = facts if kind is HappeningKind.ASSESSMENT_TAKEN else {"text": NOTE}
        yield {"lead_id": lead["id"], "kind": kind, "at": at - timedelta(days=2), "headline": words, "facts": facts}


def _letters(number: int, lead: Mapping[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    states = list(LetterState)
    for place, to in enumerate((lead["address"], _address(0))):
        state = states[(number + place) % len(states)]
        yield {
            "kind": "report",
            "about": "",
            "recipient": to,
            "subject": "Your conversation gap: the report",
            "message_id": f"<{number}.{place}@localhost>",
            "raw": _composed(f"<{number}.{place}@localhost>", str(to), at),
            "state": state,
            "tries": 2 if state is LetterState.FAILED else 0,
            "trouble": "SMTPRecipientsRefused" if state is LetterState.FAILED else "",
            "due_at": at + FAR,
            "created_at": at - number * HALF_AN_HOUR,
        }


def _composed(message_id: str, to: str, at: datetime) -> bytes:
    mail = Mail("report", to, "", "Your conversation gap: the report", "Here it is.\n", "<p>Here it is.</p>")
    return compose(mail, settings=current_settings(), message_id=message_id, at=at)


def _consult(number: int, own: Consultant, kind: ConsultType, start: datetime, at: datetime) -> dict[str, Any]:
    past = (BookingState.HELD, BookingState.MISSED, BookingState.CONFIRMED)
    return {
        **_guest(number, kind, start, at),
        "consultant_id": own.id,
        "state": past[number % 3] if start < at else BookingState.CONFIRMED,
        "uid": f"{number:08x}-consult",
        "secret": f"consult{number}",
        "booked_at": at - timedelta(days=60),
        "note": "I freeze when they say “not interested”. Can we practise that one?" if number % 2 else "",
    }


def _offered(number: int, host: Consultant, kind: ConsultType, at: datetime) -> dict[str, Any]:
    start = (at + timedelta(days=2)).replace(minute=0, second=0, microsecond=0) + number * HALF_AN_HOUR
    return {
        **_guest(number, kind, start, at),
        "consultant_id": host.id,
        "state": BookingState.PENDING if number % 2 else BookingState.LAPSED,
        "uid": f"{number + 0x80000000:08x}-offered",
        "secret": f"offered{number}",
        "booked_at": None,
        "note": "",
        "offer_id": number + 1,
    }


def _guest(number: int, kind: ConsultType, start: datetime, at: datetime) -> dict[str, Any]:
    return {
        "consult_type_id": kind.id,
        "lead_id": number + 1,
        "starts_at": start,
        "ends_at": start + HALF_AN_HOUR,
        "name": _name(number),
        "address": _address(number),
        "phone": "+1 555 010 0101",
        "zone_name": "America/Chicago",
        "created_at": at - timedelta(days=60),
    }


def _consultant(account: Account) -> Consultant:
    made = Consultant(name=account.name, address=account.email, account_id=account.id, zone_name="America/New_York")
    session().add(made)
    session().flush()
    return made


def _another(own: Consultant) -> Consultant:
    made = Consultant(name="Maya Lind", address="maya@consultancy.example", zone_name=own.zone_name)
    session().add(made)
    session().flush()
    return made


def _consult_type(own: Consultant, *, slug: str = "first", name: str = "First conversation") -> ConsultType:
    made = ConsultType(slug=slug, name=name, place="We call the number you give.")
    session().add(made)
    session().flush()
    _put(ConsultTypeHost, [{"consult_type_id": made.id, "consultant_id": own.id}])
    return made


def _first(column: Any) -> Any:
    return session().scalar(select(column).order_by(column).limit(1))


def _reference(uid: Any) -> str:
    return str(session().scalar(uid)).upper()[:8]


def _last(column: Any) -> Any:
    return session().scalar(select(column).order_by(column.desc()).limit(1))
