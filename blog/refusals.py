"""What the stories cannot show."""

from kit.refusals import NotFound


class NoSuchStory(NotFound):
    """No story of that name can be seen now."""

    title = "There is no such story"
    sentence = "It may have been renamed, or it has not appeared yet. All the others are in the list."


class NoSuchTag(NotFound):
    """No story carries that tag."""

    title = "There are no stories on that subject"
    sentence = "Subjects come and go with the stories. All of them are in the list."


class NoSuchSeries(NotFound):
    """No series of that name has begun."""

    title = "There is no such series"
    sentence = "It may have been renamed, or its first part has not appeared yet. All stories are in the list."


class NoSuchAuthor(NotFound):
    """Nobody of that name has written a story that is out."""

    title = "There is nobody of that name here"
    sentence = "No story that is out was written by somebody of that name. All stories are in the list."


class NoSuchYear(NotFound):
    """No story appeared in that year."""

    title = "No story appeared in that year"
    sentence = "The archive names the years in which some did."


class NoSuchLeaf(NotFound):
    """The list is not that long."""

    title = "The list is not that long"
    sentence = "Stories come and go. Begin at the first page of the list."


class NoSuchPicture(NotFound):
    """No story shows a picture at that address."""

    title = "There is no such picture"
    sentence = "The story that showed it may have another one by now."
