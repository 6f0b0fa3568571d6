"""A file that is written as a whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def put(path: Path, content: bytes, *, mode: int) -> None:
    """Write beside the file, see it on the disk, and put it in the file's place in one step. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".saving-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        place = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)
    except OSError:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
