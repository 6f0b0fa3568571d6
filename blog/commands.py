"""Commands for whoever writes: check the stories, begin a new one."""

import re
import sys
import unicodedata
from pathlib import Path

import click

from blog.library import read_folder
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
    for fault in shelf.faults:
        click.echo(fault, err=True)
    click.echo(f"{len(shelf.stories)} stories, {len(shelf.faults)} faults")
    sys.exit(1 if shelf.faults else 0)


@stories.command()
@click.argument("title")
def new(title: str) -> None:
    """Begin a story: a file with its head filled in, as a draft."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "story"
    path = folder() / f"{slug}.md"
    if path.exists():
        raise click.ClickException(f"{path.name} exists already")
    now = clock.now().astimezone(zone(current_settings().site_timezone)).replace(microsecond=0)
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    path.write_text(NEW.format(title=quoted, date=now.isoformat(), author=current_settings().site_name), "utf-8")
    click.echo(path)


def folder() -> Path:
    """Where the stories are."""
    return current_settings().root / "blog" / "posts"
