"""What the assessment cannot do, each with the visitor's sentence."""

from kit.refusals import Conflict, Gone, NotFound, Unacceptable


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
    template = "assessment/scored.html"

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class ReportNotReady(NotFound):
    """The report is still being made."""

    title = "The report is being made"
    sentence = "It takes less than a minute. Load this page again in a moment; the mail comes by itself."


class NothingToWatch(Unacceptable):
    """A weekly question was wanted for a result without a gap that has a number."""

    title = "There is no number to watch yet"
    sentence = "A weekly question needs a count and a goal. Change the answers that were left open, and score it anew."


class GoalDateHasCome(Conflict):
    """The date of the goal has come, or is less than a week away."""

    title = "The date of this goal has come"
    sentence = "There is no further week to ask about. Take the assessment again with a new goal."


class CheckInGone(Gone):
    """No such weekly question: never confirmed, or removed with its person."""

    title = "This weekly question is no longer here"
    sentence = "It was not confirmed within a week, or was removed. From the result you can ask for it again."


class NoSuchWeek(NotFound):
    """That week was not asked about."""

    title = "That week was not asked about"
    sentence = "The link has a slip in it. Open the latest mail, or the page of the weekly question."
