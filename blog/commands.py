"""Commands for whoever writes: check the stories, begin a new one."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from blog import picture_files, writing
from blog.reading import TAGS, read_folder, read_tags
from blog.shelf import Shelf
from kit import clock
from kit.context import current_settings
from kit.refusals import Refusal
from kit.zones import zone


@click.group()
def stories() -> None:
    """Stories: check them, begin one."""


@stories.command()
def check() -> None:
    """Name every fault of every story, with file and line."""
    shelf = read_folder(folder())
    faults = [*shelf.faults, *_broken_pictures(shelf)]
    for fault in faults:
        click.echo(fault, err=True)
    drafts = sum(story.head.draft for story in shelf.stories)
    to_come = len(shelf.stories) - drafts - len(shelf.visible(clock.now()))
    click.echo(
        f"{len(shelf.stories)} stories, {drafts} of them drafts, {to_come} still to appear; {len(faults)} faults"
    )
    sys.exit(1 if faults else 0)


@stories.command()
@click.argument("title")
def new(title: str) -> None:
    """Begin a story: a file with its head filled in, as a draft."""
    now = clock.now().astimezone(zone(current_settings().site_timezone)).replace(microsecond=0)
    tag = next(iter(read_tags(folder() / TAGS)))
    try:
        name = writing.begin(folder(), title, author=current_settings().site_name, tag=tag, now=now)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(folder() / name)


def folder() -> Path:
    """Where the stories are."""
    return current_settings().stories


def _broken_pictures(shelf: Shelf) -> Iterator[str]:
    """Pictures that look whole and cannot be unpacked to their end, in the first story that shows each."""
    proved: set[str] = set()
    for story in shelf.stories:
        for picture in story.pictures.values():
            if picture.digest not in proved:
                proved.add(picture.digest)
                try:
                    picture_files.prove(picture.name, (folder() / picture.name).read_bytes())
                except picture_files.PictureFault as fault:
                    yield f"{story.name}:1: {fault}"
