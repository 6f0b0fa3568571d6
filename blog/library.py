"""The shelf of a folder, read once and again when a file changes, and kept from one start to the next.

A file that breaks does not take the others with it: the site goes on with what it had and says what is wrong.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from blog import kept_shelf
from blog.picture import Picture
from blog.reading import read_folder
from blog.shelf import Shelf
from kit.logs import log

LOOK_EVERY = 1.0
ENDINGS = (".md", ".toml", ".jpg", ".jpeg", ".png", ".webp", ".avif")
Stamp = tuple[tuple[str, int, int, int], ...]


class Library:
    """The stories of `folder`. It is looked at once in `look_every` seconds at most, whoever asks.

    With a file to be `kept` in the next start begins with what this one has read.
    """

    def __init__(self, folder: Path, *, look_every: float = LOOK_EVERY, kept: Path | None = None) -> None:
        self.folder, self.look_every, self._kept = folder, look_every, kept
        self._shelf = Shelf()
        self._stamp: Stamp | None = None
        self._looked = 0.0
        self._lock = threading.Lock()

    def shelf(self) -> Shelf:
        """The stories as they stand in the folder now."""
        if self._stamp is not None and time.monotonic() - self._looked < self.look_every:
            return self._shelf
        # While one reads, the others go on with what there is; only the first of all has to be waited for.
        if not self._lock.acquire(blocking=self._stamp is None):
            return self._shelf
        try:
            self._renew()
        finally:
            self._lock.release()
        return self._shelf

    def renewed(self) -> Shelf:
        """The stories as they stand in the folder at this very moment, for whoever has just written there."""
        with self._lock:
            self._renew()
        return self._shelf

    def file_of(self, picture: Picture) -> Path:
        """Where a picture of a story is."""
        return self.folder / picture.name

    def _renew(self) -> None:
        stamp = self._look()
        if stamp != self._stamp:
            before = kept_shelf.load(self._kept, self.folder) if self._kept and self._stamp is None else self._shelf
            self._shelf = read_folder(self.folder, before=before)
            self._stamp = stamp
            if self._kept and (self._shelf.stories, self._shelf.tags) != (before.stories, before.tags):
                try:
                    kept_shelf.save(self._kept, self.folder, self._shelf)
                except OSError as fault:
                    log.warning("what was read of the stories is not kept", fault=type(fault).__name__)
        self._looked = time.monotonic()

    def _look(self) -> Stamp:
        found: list[tuple[str, int, int, int]] = []
        with suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.lower().endswith(ENDINGS):
                    with suppress(FileNotFoundError):  # it went away since the folder was listed
                        stat = entry.stat()
                        found.append((entry.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(sorted(found))
