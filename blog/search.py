"""Finding stories by their words: SQLite's full-text index, in memory, of one edition.

Plain words must all stand in a story, in any form, the last one may be a beginning; `"in quotes"` is a phrase,
`begin*` a beginning. Whatever else is typed is not a command: only letters and digits reach the index.
"""

import re
import sqlite3
import threading
import unicodedata
from dataclasses import dataclass
from html import escape

from blog.edition import Edition
from blog.markup import plain_text
from blog.story import Story

LONGEST = 200
MOST_TERMS = 12
OPEN, CLOSE = "\ue000", "\ue001"
PART = re.compile(r'"([^"]*)"?|(\S+)')
WORD = re.compile(r"[^\W_]+")
ENDING = re.compile(r"(?<=\w{3})(?:s|es|ed|ing|’s)$")
# A word in the title counts most, then one in the summary or the subjects.
RANK = "bm25(8.0, 4.0, 3.0, 1.0)"
# Of a word that stands nearly everywhere only the newest so many stories are weighed.
MOST_WEIGHED = 200
BEST = """
SELECT place FROM (SELECT rowid AS place, rank AS weight FROM story WHERE story MATCH ? ORDER BY rowid LIMIT ?)
ORDER BY weight, place
"""
PASSAGE = f"""
SELECT highlight(story, 0, '{OPEN}', '{CLOSE}'), snippet(story, -1, '{OPEN}', '{CLOSE}', '…', 28)
FROM story WHERE story MATCH ? AND rowid = ?
"""  # noqa: S608  # constants of this module


@dataclass(frozen=True)
class Hit:
    """A story that was found, with its title and the best passage as safe HTML, the words found in `<mark>`."""

    story: Story
    title: str
    passage: str


@dataclass(frozen=True)
class Found:
    """Some of the hits, the best first, how many there are, and whether older ones were left out."""

    hits: tuple[Hit, ...]
    total: int
    more: bool = False


class Index:
    """The words of an edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._lock = threading.Lock()
        self._base = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._base.execute(
            "CREATE VIRTUAL TABLE story USING fts5(title, summary, subjects, words, "
            "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
        )
        self._base.execute("INSERT INTO story (story, rank) VALUES ('rank', ?)", (RANK,))
        self._base.execute("BEGIN")
        self._base.executemany(
            "INSERT INTO story (rowid, title, summary, subjects, words) VALUES (?, ?, ?, ?, ?)",
            ((place, *self._words_of(story)) for place, story in enumerate(edition.stories)),
        )
        self._base.execute("COMMIT")

    def find(self, typed: str, *, most: int, skip: int = 0) -> Found:
        """What was typed, as hits; none where it holds no word."""
        wanted = expression(typed)
        if not wanted:
            return Found((), 0)
        with self._lock:
            ranked = [place for (place,) in self._base.execute(BEST, (wanted, MOST_WEIGHED + 1))]
            places = ranked[:MOST_WEIGHED][skip : skip + most]
            told = [self._base.execute(PASSAGE, (wanted, place)).fetchone() for place in places]
        stories = (self.edition.stories[place] for place in places)
        hits = (Hit(story, *map(_marked, found)) for story, found in zip(stories, told, strict=True))
        return Found(tuple(hits), min(len(ranked), MOST_WEIGHED), len(ranked) > MOST_WEIGHED)

    def _words_of(self, story: Story) -> tuple[str, str, str, str]:
        subjects = [self.edition.tags[tag].name for tag in story.head.tags]
        text = plain_text(story.html)
        return story.head.title, story.head.summary, " ".join([*subjects, story.head.series]), text


class Finder:
    """Keeps the index of the present edition; it is made when somebody first searches in it."""

    def __init__(self) -> None:
        self._index: Index | None = None
        self._lock = threading.Lock()

    def find(self, edition: Edition, typed: str, *, most: int, skip: int = 0) -> Found:
        """What was typed, in that edition."""
        with self._lock:
            if self._index is None or self._index.edition is not edition:
                self._index = Index(edition)
            index = self._index
        return index.find(typed, most=most, skip=skip)


def expression(typed: str) -> str:
    """What was typed, in the words of FTS5; empty where nothing can be searched for."""
    text = unicodedata.normalize("NFC", typed[:LONGEST])
    terms: list[str] = []
    for phrase, word in PART.findall(text):
        words = WORD.findall(phrase or word)
        if phrase and words:
            terms.append(f'"{" ".join(words)}"')
        elif words:
            terms += [_word(each) for each in words[:-1]]
            terms.append(f'"{words[-1]}"*' if word.endswith("*") else _word(words[-1]))
    terms = terms[:MOST_TERMS]
    if terms and text[-1:].isalnum() and terms[-1].endswith('"') and len(terms[-1]) > 4:
        terms[-1] += "*"
    return " AND ".join(terms)


def _word(word: str) -> str:
    """The word, and others of its stem: `calling` finds call, calls and called."""
    stem = ENDING.sub("", word)
    return f'"{word}"' if stem == word else f'"{stem}"*'


def _marked(text: str) -> str:
    return escape(text, quote=False).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")
