"""Commands for whoever writes: check the stories, begin a new one."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from blog import picture_files
from blog.reading import read_folder
from blog.shelf import Shelf
from blog.slugs import slug_of
from kit import clock
from kit.context import current_settings
from kit.zones import zone

NEW = """---
title: {title}
date: {date}
summary: One sentence that makes a busy manager read on.
author: {author}
tags: [first-calls]
draft: true
details_changed: true
---

Where it was, who called whom, and why that morning.

> Dana: The sharp line.

What the caller might have said, and what the caller said.

> Priya: The humane reply.

What it led to.

::: moral
The moral, in two sentences. The second one is the one to remember.
:::
"""


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
    slug = slug_of(title) or "story"
    path = folder() / f"{slug}.md"
    if path.exists():
        raise click.ClickException(f"{path.name} exists already")
    now = clock.now().astimezone(zone(current_settings().site_timezone)).replace(microsecond=0)
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    path.write_text(NEW.format(title=quoted, date=now.isoformat(), author=current_settings().site_name), "utf-8")
    click.echo(path)


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
