"""Letters to somebody who is erased: rows and files gone, what was counted unchanged."""

from functools import partial
from pathlib import Path

from sqlalchemy import delete, func, select, update

from kit.context import current_settings
from kit.db import after_commit, session
from kit.outbox import OPEN, Letter, LetterState

ERASED = "erased"


def forget_letters(address: str, *, kinds: str = "") -> int:
    """Remove the letters to an address, those alone whose kind begins with `kinds`. In the caller's transaction.

    A copy of a circular stays as one that was sent, without the address and the link of whoever got it. Gives how many
    letters that were.
    """
    chosen = select(Letter.id, Letter.circular_id, Letter.state).where(
        func.lower(Letter.recipient) == address.strip().lower(), Letter.kind.startswith(kinds, autoescape=True)
    )
    found = session().execute(chosen).all()
    for number, circular_id, state in found:
        if circular_id is not None:
            kept = LetterState.WITHDRAWN if state in OPEN else state
            anonymous = update(Letter).where(Letter.id == number)
            session().execute(anonymous.values(recipient=f"{ERASED} {number}", own="", state=kept))
    gone = [number for number, circular_id, _ in found if circular_id is None]
    session().execute(delete(Letter).where(Letter.id.in_(gone)).execution_options(synchronize_session="fetch"))
    after_commit(partial(_remove_files, current_settings().instance / "mail", tuple(number for number, _, _ in found)))
    return len(found)


def _remove_files(folder: Path, numbers: tuple[int, ...]) -> None:
    """The files that letters are while no mail server is configured."""
    for number in numbers:
        for path in folder.glob(f"*-{number:06d}-*.eml"):
            path.unlink(missing_ok=True)
