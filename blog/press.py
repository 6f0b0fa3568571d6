"""Pages of an edition, made once and handed out as often as they are asked for."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from blog.edition import Edition

MOST_BYTES = 24 * 1024 * 1024


@dataclass(frozen=True)
class Printed:
    """A page as bytes, and the mark by which a cache knows it."""

    body: bytes
    etag: str


class Press:
    """Keeps what was made for the present edition, the latest used first, up to `most_bytes`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._edition: Edition | None = None
        self._pages: OrderedDict[Hashable, Printed] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def printed(self, edition: Edition, key: Hashable, make: Callable[[], str]) -> Printed:
        """The page of that key in that edition; `make` is called where it has not been made yet."""
        with self._lock:
            if edition is not self._edition:
                self._edition, self._weight = edition, 0
                self._pages.clear()
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
                return found
        body = make().encode()
        page = Printed(body, hashlib.sha256(body).hexdigest()[:32])
        with self._lock:
            if edition is self._edition and key not in self._pages:
                self._pages[key] = page
                self._weight += len(body)
                while self._weight > self.most_bytes:
                    self._weight -= len(self._pages.popitem(last=False)[1].body)
        return page
