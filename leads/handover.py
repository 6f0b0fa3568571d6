"""What the assessment hands to the booking: a signed token, so that nothing is typed twice."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from blinker import Signal

from kit import tokens
from kit.refusals import LinkAltered
from leads.models import Lead

PURPOSE = "handover"
arrived = Signal("A handover came back with somebody's address. Sent with `submission` and `at`; heard in `app.py`.")


@dataclass(frozen=True)
class Handover:
    """A result in a few values. `held`, `needed` and `gap` are conversations a week; `lead` is a public id."""

    lead: str = ""
    submission: str = ""
    story: str = ""
    held: float | None = None
    needed: float | None = None
    gap: float | None = None
    chance: str = ""
    band: str = ""
    obstacles: tuple[str, ...] = ()

    def arrive(self, lead: Lead, *, at: datetime) -> None:
        """Whoever took the assessment turns out to be `lead`. In the caller's transaction."""
        if self.submission:
            arrived.send(lead, submission=self.submission, at=at)

    def token(self) -> str:
        """The token that goes into the link to the booking."""
        return tokens.sign(PURPOSE, asdict(self))

    def facts(self) -> dict[str, Any]:
        """JSON values, for a row."""
        return {**asdict(self), "obstacles": list(self.obstacles)}

    @classmethod
    def read(cls, token: str) -> "Handover":
        """What `token` carries. Raises LinkAltered."""
        return cls.from_facts(tokens.read(PURPOSE, token))

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "Handover":
        """What `facts` gave. Raises LinkAltered where it is something else."""
        try:
            return cls(**{**facts, "obstacles": tuple(facts.get("obstacles", ()))})
        except TypeError as fault:
            raise LinkAltered from fault
