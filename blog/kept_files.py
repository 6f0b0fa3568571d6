"""Files that can be made again at any time, and are kept so that they need not be."""

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kit.logs import log

_one_at_a_time = threading.Lock()


def kept(target: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds. Where there is none it is made, one at a time, and kept if the disk takes it."""
    with suppress(OSError):
        return target.read_bytes()
    with _one_at_a_time:
        with suppress(OSError):
            return target.read_bytes()
        content = make()
        try:
            keep(target, content)
        except OSError as fault:
            log.warning("a file could not be kept", kind=target.suffix, fault=type(fault).__name__)
        return content


def keep(target: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
