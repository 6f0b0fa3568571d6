"""The desk's own forms."""

from kit.forms import ManyLines, Needed, PageForm


class NoteForm(PageForm):
    """A note on a lead."""

    text = ManyLines("Note", [Needed("Write the note first")], most=4000)
