"""Which stories go together: by the series they belong to, the subjects they share and the words of their titles."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log

from blog.story import Story

MOST = 3
SERIES_WEIGHT = 3.0
TAG_WEIGHT = 2.0
TERM_WEIGHT = 1.5
FEW = 20
WORD = re.compile(r"[^\W\d_]{3,}")
# Words that titles share without being about the same thing.
COMMON = frozenset(
    WORD.findall(
        "about after all and any are asked been before but call came can did does for from get got had has have her "
        "here him his how into its just knew last let like made man more not nothing now off old once one only other "
        "our out over own rather said say she should some such than that the their them then there they this too two "
        "until was what when where which while who why will with would year you your"
    )
)


def relate(stories: Sequence[Story]) -> dict[str, tuple[Story, ...]]:
    """Up to three others for each story, nearest first, the newer one first among equals. `stories` are newest first.

    Not every pair is weighed: whoever shares neither series nor title word with a story is as near as its subjects, so
    of those only the best few can be among its nearest.
    """
    place = {story.slug: number for number, story in enumerate(stories)}
    weights = term_weights(stories)
    by_term: defaultdict[str, list[Story]] = defaultdict(list)
    by_series: defaultdict[str, list[Story]] = defaultdict(list)
    by_tags: defaultdict[frozenset[str], list[Story]] = defaultdict(list)
    for story in stories:
        by_tags[frozenset(story.head.tags)].append(story)
        if story.head.series:
            by_series[story.head.series].append(story)
        for term in terms_of(story.head.title) & weights.keys():
            by_term[term].append(story)
    nearest_by_tags = {tags: _best_by_tags(tags, by_tags) for tags in by_tags}

    found: dict[str, tuple[Story, ...]] = {}
    for story in stories:
        near = {other.slug: other for other in nearest_by_tags[frozenset(story.head.tags)]}
        near |= {other.slug: other for other in by_series.get(story.head.series, ())}
        for term in terms_of(story.head.title) & weights.keys():
            near |= {other.slug: other for other in by_term[term]}
        near.pop(story.slug, None)
        score = {slug: nearness(story, other, weights) for slug, other in near.items()}
        ranked = sorted(near, key=lambda slug: (-score[slug], place[slug]))
        found[story.slug] = tuple(near[slug] for slug in ranked[:MOST])
    return found


def nearness(one: Story, other: Story, weights: Mapping[str, float]) -> float:
    """How much two stories have in common."""
    shared = len(set(one.head.tags) & set(other.head.tags)) * TAG_WEIGHT
    series = SERIES_WEIGHT if one.head.series and one.head.series == other.head.series else 0.0
    terms = terms_of(one.head.title) & terms_of(other.head.title) & weights.keys()
    return shared + series + sum(sorted(weights[term] for term in terms))


def term_weights(stories: Sequence[Story]) -> dict[str, float]:
    """A rare word of the titles says more than a frequent one, and one that stands in very many says nothing."""
    counts = Counter(term for story in stories for term in terms_of(story.head.title))
    scale, most = log(len(stories) + 1), max(FEW, len(stories) // FEW)
    return {
        term: TERM_WEIGHT * log((len(stories) + 1) / count) / scale for term, count in counts.items() if count <= most
    }


@lru_cache(maxsize=4096)
def terms_of(title: str) -> frozenset[str]:
    """The words of a title that say what it is about."""
    return frozenset(WORD.findall(title.lower())) - COMMON


def _best_by_tags(tags: frozenset[str], by_tags: dict[frozenset[str], list[Story]]) -> list[Story]:
    """One more than are wanted, since a story is among the nearest to itself."""
    order = sorted(by_tags, key=lambda other: -len(tags & other))
    found: list[Story] = []
    shared = -1
    for other in order:
        if len(found) > MOST and len(tags & other) < shared:
            break
        shared = len(tags & other)
        found += by_tags[other][: MOST + 1]
    return found
