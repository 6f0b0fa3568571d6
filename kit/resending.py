"""Letters sent once more, because somebody asks for it at the desk."""

from sqlalchemy import select

from kit import clock, suppression
from kit.db import after_commit, session, transaction
from kit.mail import Purpose
from kit.outbox import CLAIM, Letter, LetterState, NoSuchLetter, new_message_id, wake
from kit.refusals import Conflict


class LetterLeaving(Conflict):
    """A worker has it in hand."""

    title = "This letter is leaving right now"
    sentence = "It is being handed to the mail server. Look again in a few minutes."


class NewsletterOnce(Conflict):
    """A copy of the newsletter has left already, was taken back, or may not go there."""

    title = "This copy of the newsletter is not sent again"
    sentence = (
        "A newsletter goes to each subscriber once. Only a copy that was given up can be tried again, and only to "
        "somebody who still gets the newsletter."
    )


def send_again(letter_id: int) -> Letter:
    """Send a letter once more; gives the one that leaves. Raises NoSuchLetter, LetterLeaving, NewsletterOnce.

    What has not left goes back among those that wait, the same bytes. What has left is written anew under a Message-ID
    of its own, since mail programs hide the second of two that share one; an invite in it keeps UID and SEQUENCE.
    """
    now = clock.now()
    with transaction() as current:
        chosen = select(Letter).where(Letter.id == letter_id).with_for_update()
        letter = current.scalar(chosen.execution_options(populate_existing=True))
        if letter is None:
            raise NoSuchLetter
        if letter.state is LetterState.SENDING and letter.due_at > now - CLAIM:
            raise LetterLeaving
        if not may_go_again(letter):
            raise NewsletterOnce
        if letter.state is LetterState.SENT:
            return _write_anew(letter)
        letter.state, letter.tries, letter.due_at, letter.trouble = LetterState.WAITING, 0, now, ""
        after_commit(wake)
        return letter


def may_go_again(letter: Letter) -> bool:
    """Whether a letter can be sent once more: any that was asked for, and a newsletter that was given up."""
    if letter.purpose is Purpose.ASKED_FOR:
        return True
    if letter.state not in (LetterState.FAILED, LetterState.WAITING):
        return False
    return not suppression.held_back([letter.recipient], letter.purpose, at=clock.now())


def _write_anew(letter: Letter) -> Letter:
    assert letter.raw is not None  # copies of a circular leave once
    at, message_id = clock.now(), new_message_id()
    again = Letter(
        kind=letter.kind,
        purpose=letter.purpose,
        about=letter.about,
        recipient=letter.recipient,
        subject=letter.subject,
        message_id=message_id,
        raw=letter.raw.replace(letter.message_id.encode(), message_id.encode(), 1),
        due_at=at,
        created_at=at,
    )
    session().add(again)
    session().flush()
    after_commit(wake)
    return again
