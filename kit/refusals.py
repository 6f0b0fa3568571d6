"""What the site says when it cannot do what was asked: one small family, each member named for the fact.

A feature adds its own members. The text of the exception is the sentence the visitor reads.
"""

from typing import ClassVar


class Refusal(Exception):
    """Something the visitor asked for cannot be done; `str(refusal)` says why in one clear sentence.

    `template` is shown with the name `refusal`; a member that offers a way on has one of its own.
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "That could not be done"
    sentence: ClassVar[str] = "The address or the form was not complete. Go back and try once more."
    template: ClassVar[str] = "errors/refusal.html"

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class NotFound(Refusal):
    """There is nothing at this address."""

    status = 404
    title = "There is no such page"
    sentence = "The address may have a slip in it, or the page has been taken down."


class Conflict(Refusal):
    """Somebody or something else was first."""

    status = 409
    title = "That has changed in the meantime"
    sentence = "Somebody else changed this while you were looking at it. Nothing of yours was lost."


class Gone(Refusal):
    """It was here and is no more."""

    status = 410
    title = "This is no longer here"
    sentence = "What this address led to has ended."


class Unacceptable(Refusal):
    """It was understood and is not possible."""

    status = 422
    title = "That cannot be right"
    sentence = "One of the answers does not fit the others."


class TooMany(Refusal):
    """Too often in too short a time."""

    status = 429
    title = "One moment"
    sentence = "There were very many requests from your network. Wait a minute and try again."


class LinkAltered(NotFound):
    """A signed link does not carry our signature for this purpose."""

    title = "This link is not complete"
    sentence = "A character may have been lost on the way. Copy the whole link from the mail, or open it from there."


class LinkExpired(Gone):
    """A signed link is older than it may be."""

    title = "This link has run out"
    sentence = "Links of this kind work for a limited time only. Ask for a new one."
