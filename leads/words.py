"""The words by which somebody is found: without accents and capitals, an address in its parts."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 40
MOST_TERMS = 6


def plain(text: str) -> str:
    """`Zoë O'Neil` as `zoe o'neil`: what is compared."""
    taken_apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))


def words_of(texts: Iterable[str], phone: str = "") -> set[str]:
    """Every word in the texts, and a telephone number as one word of its digits."""
    found = {word[:LONGEST] for word in re.findall(r"[^\W_]+", plain(" ".join(texts)))}
    digits = re.sub(r"[^0-9]", "", phone)
    return found | ({digits[:LONGEST]} if digits else set())


def terms_of(search: str) -> tuple[str, ...]:
    """The beginnings of words that somebody looks for; a number with spaces in it, like +1 555 010, is one."""
    if re.fullmatch(r"[+(]?[0-9][0-9 ()/.-]{4,}", search.strip()):
        return (re.sub(r"[^0-9]", "", search)[:LONGEST],)
    found = re.findall(r"[^\W_]+", plain(search))
    return tuple(dict.fromkeys(word[:LONGEST] for word in found))[:MOST_TERMS]
