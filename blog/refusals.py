"""What the stories cannot show."""

from kit.refusals import Conflict, Gone, NotFound, Refusal, Unacceptable


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


class NoSuchPreview(NotFound):
    """No such link was ever given out."""

    title = "This link is not complete"
    sentence = "A character may have been lost on the way. Copy the whole link, or ask for it again."


class PreviewEnded(Gone):
    """The link has run out or was taken back, or the story is gone."""

    title = "This draft can no longer be read here"
    sentence = "The link has run out, or was taken back. Whoever gave it to you can make a new one."


class NoSuchFile(NotFound):
    """No file of that name is among the stories."""

    title = "There is no such story"
    sentence = "No file of that name is in the stories' folder. It may have been renamed or removed."


class FileExists(Conflict):
    """A story begins in a file of its own."""

    title = "There is a story of that name"
    sentence = "A story with that title has been begun already. Open it, or choose another title."


class StoryChanged(Conflict):
    """Somebody else saved the story in the meantime; `theirs` is the whole file as it stands now."""

    title = "Somebody else has changed this story"
    sentence = "Somebody else saved this story while you were writing. Both texts are below, and nothing is lost."

    def __init__(self, theirs: str) -> None:
        super().__init__()
        self.theirs = theirs


class StoryFaulty(Unacceptable):
    """The story could not be read if it were saved like this."""

    title = "The story cannot be saved like this"


class CannotWrite(Refusal):
    """The disk does not take it."""

    status = 507
    title = "The story could not be saved"
    sentence = "The disk is full, or the folder cannot be written to. Nothing that you typed is lost: it stands below."


class CannotImport(Unacceptable):
    """A file is not what it is said to be."""

    title = "The file cannot be taken in"
