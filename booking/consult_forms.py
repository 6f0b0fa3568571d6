"""What a consultant says when they move a consult, call it off or give it to somebody else."""

from collections.abc import Sequence

from booking.models import Consultant
from kit.forms import Choice, ManyLines, PageForm

REASON = 400


class ChangeForm(PageForm):
    """A change of theirs, with a word to the guest."""

    reason = ManyLines("What the guest should know", most=REASON)

    @property
    def said(self) -> str:
        """The reason in one line, as letters tell it."""
        return " ".join((self.reason.data or "").split())


class ReassignForm(ChangeForm):
    """Who takes a consult over."""

    host = Choice("Who takes it over", missing="Choose who takes it over")

    def offer_hosts(self, consultants: Sequence[Consultant]) -> None:
        """Put the names on the list."""
        self.host.choices = {str(host.id): host.name for host in consultants}
