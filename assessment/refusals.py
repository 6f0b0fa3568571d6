"""What the assessment cannot do, each with the visitor's sentence."""

from kit.refusals import Conflict, Gone, NotFound


class AssessmentGone(Gone):
    """No such draft or result: never there, or removed after its time."""

    title = "This assessment is no longer here"
    sentence = "Drafts are removed after 30 days, and the link may have lost a character. You can start a new one."


class NoSuchQuestion(NotFound):
    """The question set has no such page."""

    title = "There is no such question"
    sentence = "The address has a slip in it. Your answers are kept."


class AlreadyScored(Conflict):
    """A scored submission does not change."""

    title = "This assessment has been scored"
    sentence = "A scored assessment stays as it is. From the result you can change an answer and score it anew."


class ReportNotReady(NotFound):
    """The report is still being made."""

    title = "The report is being made"
    sentence = "It takes less than a minute. Load this page again in a moment; the mail comes by itself."
