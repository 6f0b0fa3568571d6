"""What must be sent. A letter is a row written with the fact that causes it, and delivered afterwards.

A letter is composed once: a second try sends the same bytes under the same Message-ID. Letters are claimed one at a
time, right before each is sent; a claim whose worker died runs out and the letter is tried again. Only where the worker
died after it began to hand over the message itself and before its leaving was noted, nobody can know whether the
server took it (RFC 1047). What somebody asked for is then sent again: whoever gets both knows them for one by the
Message-ID, an invite by its UID and SEQUENCE too. A copy of a circular is not: it is shown at the desk as perhaps sent.

Letters to one person about one thing leave in the order in which they were written: a cancellation never overtakes
the invite that still waits. What somebody asked for leaves before the copies of a circular.
"""

import smtplib
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, joinedload, mapped_column, relationship, undefer

from kit import clock, jobs, refusal_rules, suppression
from kit.circulars import Circular, fill_in
from kit.context import current_settings
from kit.db import Base, UtcDateTime, after_commit, enum_column, session, transaction
from kit.logs import log
from kit.mail import Mail, Purpose, Transport, compose, open_transport
from kit.mail_signing import signed
from kit.pages import Page, page_of
from kit.refusal_rules import Meaning
from kit.refusals import NotFound
from kit.sorting import Sort
from kit.suppression import Returned

CLAIM = timedelta(minutes=5)  # longer than a slow server takes over one letter; see kit.mail.CONNECT_SECONDS
CLOSING = 421  # the server ends the connection (RFC 5321, 4.2.3)
WAITS = (1, 5, 15, 60, 180, 360, 720, 1440)  # minutes before each further try
# Stands as the trouble of a copy of a circular while it is handed over, and for good where a worker died meanwhile.
PERHAPS_SENT = "PerhapsSent"


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


OPEN = (LetterState.WAITING, LetterState.SENDING)


class Letter(Base):
    """A message on its way to one person. A copy of a circular has its `own` address of a page in place of bytes."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("circular_id", "recipient"), Index("ix_letter_line", "state", "purpose", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), index=True)
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose), default=Purpose.ASKED_FOR)
    about: Mapped[str] = mapped_column(String(120), index=True)
    recipient: Mapped[str] = mapped_column(String(320), index=True)
    subject: Mapped[str] = mapped_column(String(400))
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    circular_id: Mapped[int | None] = mapped_column(ForeignKey("circular.id"))
    own: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[LetterState] = mapped_column(enum_column(LetterState), default=LetterState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(Text, default="")
    circular: Mapped[Circular | None] = relationship()


COLUMNS = {"subject": (Letter.subject,), "to": (Letter.recipient,), "state": (Letter.state,), "written": ()}
NEWEST = Sort("written", down=True)
EARLIER = aliased(Letter)
# An earlier letter to the same person about the same thing has not left yet.
OVERTAKES = exists().where(
    Letter.about != "",
    EARLIER.about == Letter.about,
    EARLIER.recipient == Letter.recipient,
    EARLIER.id < Letter.id,
    EARLIER.state.in_(OPEN),
)
# The first of those in line; asked for one state at a time, so that an index leads to it however long the line is.
NEXT = (
    select(Letter)
    .where(Letter.state == bindparam("state"), Letter.due_at <= bindparam("until", type_=UtcDateTime), ~OVERTAKES)
    .order_by(Letter.purpose, Letter.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=Letter)
)
TO_BE_SENT = (
    select(Letter).where(Letter.id == bindparam("letter_id")).options(undefer(Letter.raw), joinedload(Letter.circular))
)


class NoSuchLetter(NotFound):
    """No letter has that number."""

    title = "There is no such letter"
    sentence = "It may have been removed together with the person it went to."


def put(mail: Mail) -> Letter:
    """Write a letter in the caller's transaction; it leaves soon after the commit. Raises AddressUnusable."""
    at = clock.now()
    settings = current_settings()
    message_id = new_message_id()
    letter = Letter(
        kind=mail.kind,
        purpose=mail.purpose,
        about=mail.about,
        recipient=mail.to,
        subject=mail.subject,
        message_id=message_id,
        raw=compose(mail, settings=settings, message_id=message_id, at=at),
        due_at=at,
        created_at=at,
    )
    session().add(letter)
    after_commit(wake)
    return letter


def put_copies(circular: Circular, people: Iterable[tuple[str, str]]) -> int:
    """Write a copy of a circular for each (address, own address of a page), in the caller's transaction.

    Gives how many. Nobody has two copies of one circular: the database refuses the second.
    """
    at = clock.now()
    rows = [
        {
            "kind": circular.kind,
            "purpose": Purpose.NEWSLETTER,
            "about": "",
            "recipient": address,
            "subject": circular.subject,
            "message_id": new_message_id(),
            "circular_id": circular.id,
            "own": own,
            "due_at": at,
            "created_at": at,
        }
        for address, own in people
    ]
    if rows:
        session().execute(insert(Letter), rows)
        after_commit(wake)
    return len(rows)


def withdraw(address: str, purpose: Purpose, *, given_up_too: bool = False) -> int:
    """Take back what waits for an address for that purpose, in the caller's transaction. Gives how many.

    What a worker has in hand is not tried again where it does not leave now. With `given_up_too` what could not leave
    before is not tried again, either.
    """
    states = [LetterState.WAITING, LetterState.SENDING, *([LetterState.FAILED] if given_up_too else [])]
    waiting = (
        update(Letter)
        .where(
            func.lower(Letter.recipient) == address.lower(),
            Letter.purpose == purpose,
            Letter.state.in_(states),
        )
        .values(state=LetterState.WITHDRAWN)
        .execution_options(synchronize_session="fetch")
    )
    return int(session().execute(waiting).rowcount)  # type: ignore[attr-defined]


def raw_of(letter: Letter) -> bytes:
    """The message as bytes: as it was written, or the copy of the circular filled in."""
    if letter.raw is not None:
        return letter.raw
    assert letter.circular is not None
    mail = fill_in(letter.circular, to=letter.recipient, own=letter.own)
    return compose(mail, settings=current_settings(), message_id=letter.message_id, at=letter.created_at)


def new_message_id() -> str:
    """A Message-ID that nobody can guess."""
    return f"<{uuid.uuid4().hex}@{current_settings().base_host}>"


def wake() -> None:
    """Ask a worker to deliver what waits."""
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
                    left = _deliver(transport, claimed)
                    sent += left
                    gone, claimed = claimed if left else None, None
                    claimed = _claim(gone=gone)
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            if claimed is not None:
                _put_off(claimed, fault)
            if sent == before:
                break
    return sent


def waiting_count() -> int:
    """How many letters have not left yet."""
    return session().scalar(select(func.count(Letter.id)).where(Letter.state.in_(OPEN))) or 0


def list_letters(
    *,
    number: int = 1,
    state: LetterState | None = None,
    kind: str = "",
    search: str = "",
    sort: Sort = NEWEST,
) -> Page[Letter]:
    """A page of the mail log: in one state, of a kind, to an address or with a subject with `search`."""
    chosen = select(Letter).where(_holding(search, kind))
    if state is not None:
        chosen = chosen.where(Letter.state == state)
    return page_of(chosen.order_by(*sort.order(COLUMNS, Letter.id)), number=number)


def count_by_state(*, kind: str = "", search: str = "", purpose: Purpose | None = None) -> dict[LetterState, int]:
    """How many letters stand where; of one purpose only if one is given."""
    counted = select(Letter.state, func.count(Letter.id)).where(_holding(search, kind)).group_by(Letter.state)
    if purpose is not None:
        counted = counted.where(Letter.purpose == purpose)
    return dict(session().execute(counted).all())


def kinds() -> tuple[str, ...]:
    """What kinds of letters there are."""
    return tuple(session().scalars(select(Letter.kind).distinct().order_by(Letter.kind)))


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


def file_name(letter: Letter) -> str:
    """What a letter is called as a file, without its ending."""
    return f"{letter.created_at:%Y%m%dT%H%M%S}-{letter.id:06d}-{letter.kind}"


def _holding(search: str, kind: str) -> ColumnElement[bool]:
    """What is written on a letter holds the words; without any every letter does."""
    holds = or_(*(column.icontains(search, autoescape=True) for column in (Letter.recipient, Letter.subject)))
    return holds & (Letter.kind == kind) if kind else holds


def _deliver(transport: Transport, letter_id: int) -> bool:
    """Send one claimed letter; gives whether it left. Raises what makes the whole connection useless."""
    letter = session().scalars(TO_BE_SENT, {"letter_id": letter_id}).one()
    try:
        raw = signed(raw_of(letter), settings=current_settings(), at=letter.created_at)
        begun = partial(_note_begun, letter) if letter.purpose is Purpose.NEWSLETTER else _nothing
        transport.send(current_settings().mail_from, letter.recipient, raw, file_name(letter), begun)
    except smtplib.SMTPException as fault:
        if isinstance(fault, smtplib.SMTPServerDisconnected) or CLOSING in _codes(fault):
            raise
        _put_off(letter_id, fault)
        return False
    return True


def _note_begun(letter: Letter) -> None:
    with transaction():
        letter.trouble = PERHAPS_SENT


def _nothing() -> None:
    pass


def _claim(*, gone: int | None = None) -> int | None:
    """Note which letter has `gone`, and take the next one that is due: nobody else takes it until the claim runs out.

    Both are one commit, of which a newsletter needs thousands.
    """
    at = clock.now()
    with transaction() as current:
        if gone is not None:
            left = current.get_one(Letter, gone)
            left.state, left.sent_at, left.trouble = LetterState.SENT, at, ""
            current.flush()
        run_out = {"state": LetterState.SENDING, "until": at - CLAIM}
        letter = current.scalar(NEXT, run_out)
        while letter is not None and letter.trouble == PERHAPS_SENT:
            letter.state = LetterState.FAILED
            current.flush()
            log.warning("letter perhaps sent", letter=letter.id)
            letter = current.scalar(NEXT, run_out)
        letter = letter or current.scalar(NEXT, {"state": LetterState.WAITING, "until": at})
        if letter is None:
            return None
        letter.state, letter.due_at, letter.tries = LetterState.SENDING, at, letter.tries + 1
        return letter.id


def _put_off(letter_id: int, fault: Exception) -> None:
    codes = _codes(fault)
    # An address that cannot be said to a mail server will not be understood later either; a certificate that has run
    # out is a ValueError, too, but of the connection.
    unsayable = isinstance(fault, ValueError) and not isinstance(fault, OSError)
    final = unsayable or (bool(codes) and all(500 <= code < 600 for code in codes))
    with transaction() as current:
        letter = current.get_one(Letter, letter_id, populate_existing=True, with_for_update={"of": Letter})
        if letter.state is not LetterState.SENDING:
            return
        spent = letter.tries > len(WAITS)
        letter.state = LetterState.FAILED if final or spent else LetterState.WAITING
        letter.due_at = clock.now() + timedelta(minutes=WAITS[min(letter.tries, len(WAITS)) - 1])
        letter.trouble = type(fault).__name__
        if letter.state is LetterState.FAILED:
            _note_refusal(letter, fault)
    log.warning("letter put off", letter=letter_id, fault=type(fault).__name__, final=final)


def _note_refusal(letter: Letter, fault: Exception) -> None:
    """What a server says that does not take a letter says as much as a letter that comes back."""
    refusals: list[tuple[int, bytes | str]] = []
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        refusals = list(fault.recipients.values())
    elif isinstance(fault, smtplib.SMTPDataError):
        refusals = [(fault.smtp_code, fault.smtp_error)]
    for code, reply in refusals:
        words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
        returned = Returned(
            letter.recipient,
            refusal_rules.judge(words, code=code),
            f"{letter.message_id} refused, try {letter.tries}",
            letter.id,
            refusal_rules.read_status(words),
            f"{code} {words}",
        )
        suppression.note(returned, at=clock.now())
        if returned.meaning is Meaning.HARD:
            withdraw(letter.recipient, Purpose.NEWSLETTER)


def _codes(fault: Exception) -> tuple[int, ...]:
    """What the server answered, as far as it did."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return tuple(code for code, _ in fault.recipients.values())
    return (fault.smtp_code,) if isinstance(fault, smtplib.SMTPResponseException) else ()
