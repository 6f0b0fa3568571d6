"""What cannot be done with an answer of a calendar."""

from kit.refusals import Conflict, NotFound


class NoSuchReply(NotFound):
    """Nobody asks for that."""

    title = "There is no such request"
    sentence = "It may have been answered in the meantime."


class ReplySettled(Conflict):
    """Somebody has answered the request, or the consult is no longer open."""

    title = "This has been settled already"
    sentence = "Somebody answered it, the guest chose another time, or the consult was cancelled."
