"""What must be sent. A letter is a row written with the fact that causes it, and delivered afterwards.

A letter is composed once: a second try sends the same bytes under the same Message-ID. It is claimed before it is
sent; a claim whose worker died runs out and the letter is tried again.
"""

import smtplib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, LargeBinary, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock, jobs
from kit.context import current_settings
from kit.db import Base, UtcDateTime, after_commit, enum_column, session, transaction
from kit.logs import log
from kit.mail import Mail, Transport, compose, open_transport
from kit.refusals import Conflict, NotFound

CLAIM = timedelta(minutes=5)
WAITS = (1, 5, 15, 60, 180, 360, 720, 1440)  # minutes before each further try
BATCH = 50
PAGE_SIZE = 50


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Letter(Base):
    """A message on its way to one person."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(120), index=True)
    recipient: Mapped[str] = mapped_column(String(320), index=True)
    subject: Mapped[str] = mapped_column(String(400))
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[LetterState] = mapped_column(enum_column(LetterState), default=LetterState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True)
class LetterPage:
    """One page of the mail log."""

    letters: tuple[Letter, ...]
    number: int
    pages: int
    total: int


class NoSuchLetter(NotFound):
    """No letter has that number."""

    title = "There is no such letter"
    sentence = "It may have been removed together with the person it went to."


class LetterLeaving(Conflict):
    """A worker has it in hand."""

    title = "This letter is leaving right now"
    sentence = "It is being handed to the mail server. Look again in a few minutes."


def put(mail: Mail) -> Letter:
    """Write a letter in the caller's transaction; it leaves soon after the commit. Raises AddressUnusable."""
    at = clock.now()
    settings = current_settings()
    message_id = f"<{uuid.uuid4().hex}@{settings.base_host}>"
    letter = Letter(
        kind=mail.kind,
        about=mail.about,
        recipient=mail.to,
        subject=mail.subject,
        message_id=message_id,
        raw=compose(mail, settings=settings, message_id=message_id, at=at),
        due_at=at,
        created_at=at,
    )
    session().add(letter)
    after_commit(_wake)
    return letter


def _wake() -> None:
    jobs.wake("deliver_letters")


def deliver_due() -> int:
    """Send every letter that is due. Gives how many left. The worker's job."""
    sent = 0
    while _anything_due():
        claimed = _claim(BATCH)
        try:
            with open_transport(current_settings()) as transport:
                while claimed:
                    sent += _deliver(transport, claimed[0])
                    claimed = claimed[1:]
        except (smtplib.SMTPException, OSError) as fault:
            _put_off(claimed, fault)
            break
    return sent


def waiting_count() -> int:
    """How many letters have not left yet."""
    open_states = (LetterState.WAITING, LetterState.SENDING)
    return session().scalar(select(func.count(Letter.id)).where(Letter.state.in_(open_states))) or 0


def list_letters(*, number: int = 1, state: LetterState | None = None, search: str = "") -> LetterPage:
    """A page of the mail log, newest first: in one state, to an address or with a subject that holds `search`."""
    chosen = select(Letter).where(_holding(search))
    if state is not None:
        chosen = chosen.where(Letter.state == state)
    total = session().scalar(select(func.count()).select_from(chosen.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    rows = chosen.order_by(Letter.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return LetterPage(tuple(session().scalars(rows)), number, pages, total)


def count_by_state(*, search: str = "") -> dict[LetterState, int]:
    """How many letters stand where."""
    counted = select(Letter.state, func.count(Letter.id)).where(_holding(search)).group_by(Letter.state)
    return dict(session().execute(counted).all())


def letters_to(address: str, *, most: int) -> tuple[Letter, ...]:
    """The latest letters to an address."""
    chosen = select(Letter).where(func.lower(Letter.recipient) == address.lower())
    return tuple(session().scalars(chosen.order_by(Letter.id.desc()).limit(most)))


def get_letter(letter_id: int) -> Letter:
    """A letter by its number. Raises NoSuchLetter."""
    found = session().get(Letter, letter_id)
    if found is None:
        raise NoSuchLetter
    return found


def send_again(letter_id: int) -> Letter:
    """Put a letter back among those that wait: the same bytes leave anew. Raises NoSuchLetter, LetterLeaving."""
    now = clock.now()
    with transaction() as current:
        chosen = select(Letter).where(Letter.id == letter_id).with_for_update()
        letter = current.scalar(chosen.execution_options(populate_existing=True))
        if letter is None:
            raise NoSuchLetter
        if letter.state is LetterState.SENDING and letter.due_at > now - CLAIM:
            raise LetterLeaving
        letter.state, letter.tries, letter.due_at, letter.trouble = LetterState.WAITING, 0, now, ""
        after_commit(_wake)
        return letter


def _holding(search: str) -> ColumnElement[bool]:
    """What is written on a letter holds the words; without any every letter does."""
    return or_(*(column.icontains(search, autoescape=True) for column in (Letter.recipient, Letter.subject)))


def _deliver(transport: Transport, letter_id: int) -> int:
    """Send one claimed letter; gives 1 when it left. Raises what makes the whole connection useless."""
    letter = session().get_one(Letter, letter_id)
    name = f"{letter.created_at:%Y%m%dT%H%M%S}-{letter.id:06d}-{letter.kind}"
    try:
        transport.send(current_settings().mail_from, letter.recipient, letter.raw, name)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as fault:
        _put_off([letter_id], fault)
        return 0
    with transaction():
        letter.state, letter.sent_at, letter.trouble = LetterState.SENT, clock.now(), ""
    return 1


def _anything_due() -> bool:
    return session().scalar(select(Letter.id).where(_due(clock.now())).limit(1)) is not None


def _due(at: datetime) -> ColumnElement[bool]:
    return or_(
        (Letter.state == LetterState.WAITING) & (Letter.due_at <= at),
        (Letter.state == LetterState.SENDING) & (Letter.due_at <= at - CLAIM),
    )


def _claim(most: int) -> list[int]:
    """Take up to `most` due letters for this worker; nobody else takes them until the claim runs out."""
    at = clock.now()
    with transaction() as current:
        chosen = select(Letter).where(_due(at)).order_by(Letter.id).limit(most)
        letters = current.scalars(chosen.with_for_update(skip_locked=True)).all()
        for letter in letters:
            letter.state, letter.due_at, letter.tries = LetterState.SENDING, at, letter.tries + 1
        return [letter.id for letter in letters]


def _put_off(letter_ids: list[int], fault: Exception) -> None:
    final = isinstance(fault, smtplib.SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _ in fault.recipients.values()
    )
    final = final or (isinstance(fault, smtplib.SMTPResponseException) and 500 <= fault.smtp_code < 600)
    with transaction() as current:
        for letter_id in letter_ids:
            letter = current.get_one(Letter, letter_id)
            spent = letter.tries > len(WAITS)
            letter.state = LetterState.FAILED if final or spent else LetterState.WAITING
            letter.due_at = clock.now() + timedelta(minutes=WAITS[min(letter.tries, len(WAITS)) - 1])
            letter.trouble = type(fault).__name__
    log.warning("letters put off", count=len(letter_ids), fault=type(fault).__name__, final=final)
