"""Where a person came from: the story they read, the page they landed on, who sent them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UTM_NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
LONGEST = 200


@dataclass(frozen=True)
class Origin:
    """The trail of one visit. Empty text where nothing is known; never a cookie's value or an address."""

    story: str = ""
    landing: str = ""
    referrer: str = ""
    utm: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_request(cls, query: Mapping[str, str], *, landing: str, referrer: str) -> "Origin":
        """The trail as the first page of a flow is told it: `?from=<story>`, UTM names, the referring page."""
        utm = tuple((name, query[name][:LONGEST]) for name in UTM_NAMES if query.get(name))
        return cls(query.get("from", "")[:LONGEST], landing[:LONGEST], referrer[:LONGEST], utm)

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Any]) -> "Origin":
        """What `to_mapping` gave."""
        utm = tuple((str(name), str(value)) for name, value in stored.get("utm", ()))
        return cls(stored.get("story", ""), stored.get("landing", ""), stored.get("referrer", ""), utm)

    def to_mapping(self) -> dict[str, Any]:
        """JSON values, for a session or a row."""
        return {
            "story": self.story,
            "landing": self.landing,
            "referrer": self.referrer,
            "utm": [list(pair) for pair in self.utm],
        }
