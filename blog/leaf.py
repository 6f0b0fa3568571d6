"""A long list of stories in leaves of a readable length."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blog.refusals import NoSuchLeaf
from blog.story import Story

NUMBER = re.compile(r"[1-9][0-9]{0,4}")


@dataclass(frozen=True)
class Leaf:
    """Some of the stories; `number` of `pages`, from 1."""

    stories: Sequence[Story]
    number: int
    pages: int


def turn_to(typed: str, stories: Sequence[Story], *, size: int) -> Leaf:
    """The leaf of that number; the first where nothing is typed. Raises NoSuchLeaf."""
    number, pages = number_of(typed), pages_for(len(stories), size=size)
    if number > pages:
        raise NoSuchLeaf
    return Leaf(stories[(number - 1) * size : number * size], number, pages)


def number_of(typed: str) -> int:
    """The number that was typed, 1 where nothing was. Raises NoSuchLeaf."""
    if not NUMBER.fullmatch(typed or "1"):
        raise NoSuchLeaf
    return int(typed or "1")


def pages_for(total: int, *, size: int) -> int:
    """How many leaves there are, at least one."""
    return max(1, -(-total // size))
