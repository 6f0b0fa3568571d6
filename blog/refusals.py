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
