"""What must be sent. A letter is a row written with the fact that causes it, and delivered afterwards.

A letter is composed once: a second try sends the same bytes under the same Message-ID. Letters are claimed one at a
time, right before each is sent; a claim whose worker died runs out and the letter is tried again. Only a worker that
dies after the server took a letter and before that is noted sends it twice: RFC 1047 tells why there is no way around
it, and whoever gets both knows them for one by the Message-ID, an invite by its UID and SEQUENCE too.

Letters to one person about one thing leave in the order in which they were written: a cancellation never overtakes
the invite that still waits.
"""

import smtplib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, LargeBinary, String, Text, exists, func, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from kit import clock, jobs
from kit.context import current_settings
from kit.db import Base, UtcDateTime, after_commit, enum_column, session, transaction
from kit.logs import log
from kit.mail import Mail, Transport, compose, open_transport
from kit.refusals import Conflict, NotFound

CLAIM = timedelta(minutes=5)  # longer than a slow server takes over one letter; see kit.mail.CONNECT_SECONDS
CLOSING = 421  # the server ends the connection (RFC 5321, 4.2.3)
WAITS = (1, 5, 15, 60, 180, 360, 720, 1440)  # minutes before each further try
PAGE_SIZE = 50


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


OPEN = (LetterState.WAITING, LetterState.SENDING)


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
    """Send every letter that is due. Gives how many left. The worker's job.

    A server that ends a connection after some letters is called again; one that takes none is left alone until the
    next run.
    """
    sent = 0
    while (claimed := _claim()) is not None:
        before = sent
        try:
            with open_transport(current_settings()) as transport:
                while claimed is not None:
                    sent += _deliver(transport, claimed)
                    claimed = None
                    claimed = _claim()
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            if claimed is not None:
                _put_off(claimed, fault)
            if sent == before:
                break
    return sent


def waiting_count() -> int:
    """How many letters have not left yet."""
    return session().scalar(select(func.count(Letter.id)).where(Letter.state.in_(OPEN))) or 0


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


def file_name(letter: Letter) -> str:
    """What a letter is called as a file, without its ending."""
    return f"{letter.created_at:%Y%m%dT%H%M%S}-{letter.id:06d}-{letter.kind}"


def raw_of(letter: Letter) -> bytes:
    """The message as bytes."""
    return letter.raw


def _holding(search: str) -> ColumnElement[bool]:
    """What is written on a letter holds the words; without any every letter does."""
    return or_(*(column.icontains(search, autoescape=True) for column in (Letter.recipient, Letter.subject)))


def _deliver(transport: Transport, letter_id: int) -> int:
    """Send one claimed letter; gives 1 when it left. Raises what makes the whole connection useless."""
    letter = session().get_one(Letter, letter_id)
    try:
        transport.send(current_settings().mail_from, letter.recipient, letter.raw, file_name(letter))
    except smtplib.SMTPException as fault:
        if isinstance(fault, smtplib.SMTPServerDisconnected) or CLOSING in _codes(fault):
            raise
        _put_off(letter_id, fault)
        return 0
    with transaction():
        letter.state, letter.sent_at, letter.trouble = LetterState.SENT, clock.now(), ""
    return 1


def _claim() -> int | None:
    """Take the next due letter for this worker; nobody else takes it until the claim runs out."""
    at = clock.now()
    with transaction() as current:
        chosen = select(Letter).where(_due(at), ~_overtakes()).order_by(Letter.id).limit(1)
        letter = current.scalar(chosen.with_for_update(skip_locked=True, of=Letter))
        if letter is None:
            return None
        letter.state, letter.due_at, letter.tries = LetterState.SENDING, at, letter.tries + 1
        return letter.id


def _due(at: datetime) -> ColumnElement[bool]:
    return or_(
        (Letter.state == LetterState.WAITING) & (Letter.due_at <= at),
        (Letter.state == LetterState.SENDING) & (Letter.due_at <= at - CLAIM),
    )


def _overtakes() -> ColumnElement[bool]:
    """An earlier letter to the same person about the same thing has not left yet."""
    earlier = aliased(Letter)
    return exists().where(
        Letter.about != "",
        earlier.about == Letter.about,
        earlier.recipient == Letter.recipient,
        earlier.id < Letter.id,
        earlier.state.in_(OPEN),
    )


def _put_off(letter_id: int, fault: Exception) -> None:
    codes = _codes(fault)
    # An address that cannot be said to a mail server (ValueError) will not be understood later either.
    final = isinstance(fault, ValueError) or (bool(codes) and all(500 <= code < 600 for code in codes))
    with transaction() as current:
        letter = current.get_one(Letter, letter_id)
        spent = letter.tries > len(WAITS)
        letter.state = LetterState.FAILED if final or spent else LetterState.WAITING
        letter.due_at = clock.now() + timedelta(minutes=WAITS[min(letter.tries, len(WAITS)) - 1])
        letter.trouble = type(fault).__name__
    log.warning("letter put off", letter=letter_id, fault=type(fault).__name__, final=final)


def _codes(fault: Exception) -> tuple[int, ...]:
    """What the server answered, as far as it did."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return tuple(code for code, _ in fault.recipients.values())
    return (fault.smtp_code,) if isinstance(fault, smtplib.SMTPResponseException) else ()
