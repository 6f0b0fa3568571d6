"""What the pages of stories say, for machines: schema.org as JSON-LD."""

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from blog.edition import Author, Edition
from blog.slugs import slug_of
from blog.story import Story

Step = tuple[str, str]


class Structured:
    """Says it for a site of that address and name."""

    def __init__(self, base_url: str, site_name: str) -> None:
        self.base, self.site_name = base_url, site_name

    @property
    def organization(self) -> dict[str, Any]:
        """Who publishes."""
        return {
            "@type": "Organization",
            "@id": f"{self.base}/#organization",
            "name": self.site_name,
            "url": f"{self.base}/",
            "logo": f"{self.base}/stories/mark.png",
        }

    def story(self, story: Story, edition: Edition, card: str) -> Markup:
        """A story: the posting, where it stands, who publishes and who wrote it."""
        head, address = story.head, f"{self.base}/stories/{story.slug}"
        posting: dict[str, Any] = {
            "@type": "BlogPosting",
            "@id": f"{address}#story",
            "mainEntityOfPage": address,
            "url": address,
            "headline": head.title,
            "description": head.summary,
            "datePublished": head.date.isoformat(),
            "dateModified": edition.changed(story).isoformat(),
            "wordCount": story.words,
            "timeRequired": f"PT{story.minutes}M",
            "inLanguage": "en",
            "keywords": [edition.tags[tag].name for tag in head.tags],
            "image": [self.base + card],
            "author": self._author(head.author),
            "publisher": {"@id": f"{self.base}/#organization"},
        }
        series = edition.series_of(story)
        if series:
            posting["isPartOf"] = {
                "@type": "CreativeWorkSeries",
                "name": series.name,
                "url": f"{self.base}/stories/series/{series.slug}",
            }
            posting["position"] = series.number(story)
        trail = self._trail([("Stories", "/stories/"), (head.title, f"/stories/{story.slug}")])
        return self._graph(posting, trail, self.organization)

    def listing(self, name: str, about: str, path: str, stories: Sequence[Story]) -> Markup:
        """A page that lists stories."""
        address = self.base + path
        page = {
            "@type": "CollectionPage",
            "@id": address,
            "url": address,
            "name": name,
            "description": about,
            "publisher": {"@id": f"{self.base}/#organization"},
            "mainEntity": {
                "@type": "ItemList",
                "itemListElement": [
                    {"@type": "ListItem", "position": place, "url": f"{self.base}/stories/{story.slug}"}
                    for place, story in enumerate(stories, 1)
                ],
            },
        }
        steps = [("Stories", "/stories/")] + ([(name, path)] if path.split("?")[0] != "/stories/" else [])
        return self._graph(page, self._trail(steps), self.organization)

    def author(self, author: Author) -> Markup:
        """The page of somebody who writes."""
        page = {
            "@type": "ProfilePage",
            "@id": f"{self.base}/stories/authors/{author.slug}",
            "mainEntity": self._author(author.name),
        }
        trail = self._trail([("Stories", "/stories/"), (author.name, f"/stories/authors/{author.slug}")])
        return self._graph(page, trail, self.organization)

    def site(self) -> Markup:
        """The home page."""
        return self._graph(
            {
                "@type": "WebSite",
                "@id": f"{self.base}/#site",
                "url": f"{self.base}/",
                "name": self.site_name,
                "publisher": {"@id": f"{self.base}/#organization"},
            },
            self.organization,
        )

    def _author(self, name: str) -> dict[str, Any]:
        if name == self.site_name:
            return {"@type": "Organization", "@id": f"{self.base}/#organization", "name": name, "url": f"{self.base}/"}
        person = {"@type": "Person", "name": name}
        return person | ({"url": f"{self.base}/stories/authors/{slug_of(name)}"} if slug_of(name) else {})

    def _trail(self, steps: Sequence[Step]) -> dict[str, Any]:
        return {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": place, "name": name, "item": self.base + path}
                for place, (name, path) in enumerate(steps, 1)
            ],
        }

    @staticmethod
    def _graph(*things: dict[str, Any]) -> Markup:
        text = json.dumps({"@context": "https://schema.org", "@graph": things}, ensure_ascii=False)
        return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # cannot end the element it stands in
