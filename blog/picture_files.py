"""Pictures as files: what may be used, and the smaller ones that are made from it."""

import hashlib
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from blog.kept_files import kept
from blog.picture import Picture

KNOWN = ("JPEG", "PNG", "WEBP", "AVIF")
MOST_BYTES = 15 * 1024 * 1024
MOST_POINTS = 40_000_000
LEAST_WIDTH = 200
QUALITY = {"avif": 55, "webp": 74, "jpeg": 78}
GROUND = "#f8f4eb"
UNREADABLE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError)
# The library would warn, or stumble, before it tells the size; MOST_POINTS is less than what it lets pass.
Image.MAX_IMAGE_PIXELS = None


class PictureFault(Exception):
    """A picture cannot be used; the text says why."""


def look(path: Path) -> Picture:
    """The picture in a file, which is not unpacked where it need not be. Raises PictureFault."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PictureFault(f"the picture “{path.name}” is larger than {MOST_BYTES // 1024 // 1024} megabytes")
        return known(path.name, path.read_bytes())
    except OSError as fault:
        raise PictureFault(f"the picture “{path.name}” cannot be read") from fault


def known(name: str, raw: bytes) -> Picture:
    """The picture that these bytes are. Raises PictureFault."""
    if len(raw) > MOST_BYTES:
        raise PictureFault(f"the picture “{name}” is larger than {MOST_BYTES // 1024 // 1024} megabytes")
    try:
        with Image.open(BytesIO(raw), formats=KNOWN) as image:
            width, height = image.size
            if width * height > MOST_POINTS:
                raise PictureFault(f"the picture “{name}” has {width} by {height} points; 40 million are the most")
            # How it is turned may stand behind its points, so that a PNG is unpacked for that: never before its size
            # is known.
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except UNREADABLE as fault:
        raise PictureFault(f"“{name}” is no JPEG, PNG, WebP or AVIF picture, or a broken one") from fault
    if turned:
        width, height = height, width
    if width < LEAST_WIDTH:
        raise PictureFault(f"the picture “{name}” is {width} points wide; {LEAST_WIDTH} are the least")
    return Picture(name, hashlib.sha256(raw).hexdigest()[:20], width, height)


def prove(name: str, raw: bytes) -> Picture:
    """The picture that these bytes are, unpacked to its last line. Raises PictureFault."""
    picture = known(name, raw)
    _unpack(name, raw)
    return picture


def made(folder: Path, picture: Picture, width: int, kind: str, cache: Path) -> bytes:
    """The picture in that width and format: made on the first call and kept in `cache`. Raises PictureFault."""
    return kept(cache / picture.file_name(width, kind), lambda: _smaller(folder, picture, width, kind))


def _smaller(folder: Path, picture: Picture, width: int, kind: str) -> bytes:
    try:
        raw = (folder / picture.name).read_bytes()
    except OSError as fault:
        raise PictureFault(f"the picture “{picture.name}” cannot be read") from fault
    if hashlib.sha256(raw).hexdigest()[:20] != picture.digest:
        raise PictureFault(f"the picture “{picture.name}” has just been replaced")
    image = _unpack(picture.name, raw).resize((width, picture.height_at(width)), Image.Resampling.LANCZOS)
    options = {"speed": 7} if kind == "avif" else {"method": 4} if kind == "webp" else {"progressive": True}
    out = BytesIO()
    image.save(out, kind.upper(), quality=QUALITY[kind], **options)
    return out.getvalue()


def _unpack(name: str, raw: bytes) -> Image.Image:
    """The picture upright, in plain colours, on paper where it is transparent; nothing else that was in the file."""
    # The layout engine of the report sets this to True for whoever shares its process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(raw), formats=KNOWN) as image:
            upright = ImageOps.exif_transpose(image)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                above = upright.convert("RGBA")
                ground = Image.new("RGBA", above.size, GROUND)
                return Image.alpha_composite(ground, above).convert("RGB")
            return upright.convert("RGB")
    except UNREADABLE as fault:
        raise PictureFault(f"the picture “{name}” is broken: it cannot be unpacked to its end") from fault
