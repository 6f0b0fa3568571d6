"""Cards and smaller pictures are files made when somebody first asks for them; those that no story needs go again.

Whatever goes can be made again, as long as a story needs it.
"""

import time
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from blog import card
from blog.picture import FORMATS
from blog.views import shelf
from kit.context import current_settings

# What was made just now may be of a story that this process has not read yet.
SPARED = 3600.0  # seconds


def forget_unneeded() -> int:
    """Remove the made files of stories, titles and pictures that are gone. Gives how many. A job."""
    settings, stories = current_settings(), shelf()
    fonts = settings.root / "static" / "fonts"
    cards = {
        card.file_name(card.card_of(story, stories.tags, settings.site_name, fonts=fonts)) for story in stories.stories
    }
    pictures = {
        picture.file_name(width, kind)
        for picture in stories.pictures.values()
        for width in picture.widths
        for kind in FORMATS
    }
    return prune(settings.instance / "cards", cards | {card.MARK}) + prune(settings.instance / "pictures", pictures)


def prune(folder: Path, needed: Set[str], *, spared: float = SPARED) -> int:
    """Remove what is not needed in a folder, half written files too, once it is older than `spared`. Gives how many."""
    gone = 0
    with suppress(FileNotFoundError):
        for path in list(folder.iterdir()):
            with suppress(FileNotFoundError):  # somebody else was quicker
                if path.name not in needed and path.stat().st_mtime < time.time() - spared:
                    path.unlink()
                    gone += 1
    return gone
