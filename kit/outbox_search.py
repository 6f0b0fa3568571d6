"""Letters that hold something of one person, wherever they went: found, read out, removed with their files."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import CompoundSelect, delete, func, or_, select
from sqlalchemy.orm import joinedload, undefer

from kit import clock
from kit.context import current_settings
from kit.db import after_commit, session
from kit.mail_reading import Reading, read
from kit.outbox import CLAIM, OPEN, Letter, LetterState, file_name, raw_of
from kit.resending import LetterLeaving

AT_ONCE = 200


def to(address: str, *, kinds: str) -> set[int]:
    """The numbers of the letters to an address whose kind begins with `kinds`."""
    chosen = (func.lower(Letter.recipient) == address.strip().lower(), Letter.kind.startswith(kinds, autoescape=True))
    return set(session().scalars(select(Letter.id).where(*chosen)))


def own(addresses: Sequence[str], *, about: CompoundSelect[str]) -> set[int]:
    """The numbers of all letters to one of the addresses, or about one of the things that are chosen."""
    known = [address.lower() for address in addresses]
    chosen = or_(func.lower(Letter.recipient).in_(known), Letter.about.in_(about))
    return set(session().scalars(select(Letter.id).where(chosen)))


def naming(marks: Sequence[str], *, to: CompoundSelect[str], since: datetime) -> set[int]:
    """The numbers of all letters written since then to one of the chosen addresses that hold one of the `marks`."""
    found: set[int] = set()
    readers = func.lower(Letter.recipient).in_(to)
    others = select(Letter).where(readers, Letter.created_at >= since).options(undefer(Letter.raw))
    sought = [mark.lower() for mark in marks if mark]
    for letter in session().scalars(others.execution_options(yield_per=AT_ONCE)):
        if _names(raw_of(letter), sought):
            found.add(letter.id)
    return found


def each(numbers: Iterable[int]) -> Iterator[tuple[Letter, Reading]]:
    """Those letters, as a person reads them; a few at a time are in memory."""
    chosen = select(Letter).where(Letter.id.in_(list(numbers))).order_by(Letter.id)
    whole = chosen.options(undefer(Letter.raw), joinedload(Letter.circular))
    for letter in session().scalars(whole.execution_options(yield_per=AT_ONCE)):
        yield letter, read(raw_of(letter))


def remove(numbers: Iterable[int]) -> None:
    """Remove letters, and their files once that is written. In the caller's transaction. Raises LetterLeaving.

    A copy of a circular stays as one that was sent, without the address and the link of whoever got it: how many have
    left is counted by them.
    """
    current = session()
    letters = current.scalars(select(Letter).where(Letter.id.in_(sorted(numbers))).with_for_update()).all()
    now = clock.now()
    if any(letter.state is LetterState.SENDING and letter.due_at > now - CLAIM for letter in letters):
        raise LetterLeaving
    folder = current_settings().instance / "mail"
    files = [folder / f"{file_name(letter)}.eml" for letter in letters]
    for letter in letters:
        if letter.circular_id is not None:
            letter.recipient, letter.own = f"erased {letter.id}", ""
            letter.state = LetterState.WITHDRAWN if letter.state in OPEN else letter.state
    current.flush()
    current.execute(delete(Letter).where(Letter.id.in_([one.id for one in letters if one.circular_id is None])))

    def remove_files() -> None:
        for file in files:
            file.unlink(missing_ok=True)
            file.with_suffix(".partial").unlink(missing_ok=True)

    after_commit(remove_files)


def _names(raw: bytes, marks: Sequence[str]) -> bool:
    """Whether one of the marks stands in the message."""
    if not marks:
        return False
    reading = read(raw)
    words = f"{reading.text}\n{reading.html}\n{reading.calendar}".lower().replace("\n ", "")
    return any(mark in words for mark in marks)
