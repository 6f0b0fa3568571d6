"""Commands for whoever writes: check the stories, begin a new one."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from blog import picture_files, previews, writing
from blog.library import Library
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
    if not current_settings().production:
        click.echo(f"While the site runs: {current_settings().base_url}/dev/stories/{name.removesuffix('.md')}")


@stories.command("import")
@click.argument("kind", type=click.Choice(["wordpress", "ghost", "markdown"]))
@click.argument("source", type=click.Path(path_type=Path))
def take_in(kind: str, source: Path) -> None:
    """Take posts in as drafts: from a WordPress export, a Ghost export or a folder of Markdown."""
    # What reads other people's HTML is large, and the site itself never needs it.
    importing = import_module("blog.importing")
    library, count = Library(folder()), 0
    author = current_settings().site_name
    try:
        for taken in importing.take_in_from(library, kind, source, author=author, now=clock.now()):
            count += bool(taken.name)
            click.echo(f"{taken.name or 'not taken in'}: {taken.title}")
            for remark in taken.remarks:
                click.echo(f"  {remark}")
    except Refusal as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"{count} drafts")


@stories.command()
@click.argument("slug")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True)
def preview(slug: str, days: int) -> None:
    """Print a secret link by which a draft can be read."""
    name = f"{slug.removesuffix('.md')}.md"
    if not (folder() / name).is_file():
        raise click.ClickException(f"there is no {name}")
    made = previews.make(name, days=days, made_by=None, now=clock.now())
    click.echo(f"{current_settings().base_url}/stories/preview/{made.secret}")


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
