"""What the newsletter cannot do."""

from kit.refusals import Conflict, Gone, LinkExpired, NotFound, Unacceptable


class SubscriptionGone(Gone):
    """Nobody is known by that link any more."""

    title = "This address is not in the list"
    sentence = "Nothing is sent to it. The stories can be had by mail again at any time."
    template = "blog/subscription_gone.html"


class ConfirmationExpired(LinkExpired):
    """The link in a mail that asks for a confirmation is too old, or the list was left since."""

    sentence = "It works for a week, and not after the list was left. Type your address once more to get a new one."
    template = "blog/subscription_gone.html"


class NoSuchSubscriber(NotFound):
    """Nobody is known by that number."""

    title = "There is no such subscriber"
    sentence = "They may have been removed."


class NoSuchIssue(NotFound):
    """No story of that name is on its way."""

    title = "This story is not on its way"
    sentence = "Nobody has scheduled it to be sent to the subscribers."


class IssueUnderWay(Conflict):
    """It is being sent, or has been."""

    title = "This story goes out once"
    sentence = "It is scheduled already, on its way, or has been sent to the subscribers."


class IssueBegun(Conflict):
    """The first letters have left."""

    title = "It is too late to call it off"
    sentence = "The first letters are written. What has begun goes to everybody."


class StoryNotOutThen(Unacceptable):
    """The story cannot be read on the site at that time."""

    title = "The story is not out by then"
    sentence = "Its letter leads to its page. Choose a time at which the story can be read there."
