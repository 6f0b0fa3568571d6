"""Where a person came from: the story they read, the page they landed on, who sent them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

UTM_NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
LONGEST = 200
PLAIN_SOURCE = r"[a-z0-9][a-z0-9._-]{0,59}"
PLAIN_SLUG = r"[a-z0-9][a-z0-9-]{0,79}"


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
    def arriving(cls, query: Mapping[str, str], *, landing: str, before: str, own_host: str) -> "Origin":
        """The trail at the first page of a flow. `before` is the page that led here, as the browser tells it.

        A page of ours is where they landed, with the campaign in its address; of a page elsewhere no more is kept than
        where it is, since people's searches can stand in the rest.
        """
        try:
            parts = urlsplit(before)
            host, path = parts.hostname or "", parts.path
            told = dict(parse_qsl(parts.query, max_num_fields=40))
        except ValueError:
            host, path, told = "", "", {}
        if host and host == own_host:
            campaign = {} if any(query.get(name) for name in UTM_NAMES) else told
            known = {name: campaign[name] for name in UTM_NAMES if campaign.get(name)}
            return cls.from_request(
                {**dict(query.items()), **known},
                landing=query.get("landing", "") or path or landing,
                referrer=query.get("referrer", ""),
            )
        sent = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}" if host else query.get("referrer", "")
        return cls.from_request(query, landing=query.get("landing", "") or landing, referrer=sent)

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Any]) -> "Origin":
        """What `to_mapping` gave."""
        utm = tuple((str(name), str(value)) for name, value in stored.get("utm", ()))
        return cls(stored.get("story", ""), stored.get("landing", ""), stored.get("referrer", ""), utm)

    def source(self, own_host: str = "") -> str:
        """Who sent them, in a word: the campaign's source or the host of the page before, empty where nobody did.

        Whatever is no such word is `other`, so that nothing personal can hide in it.
        """
        named = dict(self.utm).get("utm_source", "").strip().lower() or _host(self.referrer, own_host)
        return named if re.fullmatch(PLAIN_SOURCE, named) else "other" if named else ""

    @property
    def plain_story(self) -> str:
        """The slug of the story, empty where it could be none."""
        return self.story if re.fullmatch(PLAIN_SLUG, self.story) else ""

    def to_mapping(self) -> dict[str, Any]:
        """JSON values, for a session or a row."""
        return {
            "story": self.story,
            "landing": self.landing,
            "referrer": self.referrer,
            "utm": [list(pair) for pair in self.utm],
        }


def _host(address: str, own_host: str) -> str:
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return "" if host == own_host.removeprefix("www.") else host
