"""Pictures of stories: made smaller once, in three formats, without what else was in the file."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from blog.picture import FORMATS, Picture, element
from blog.picture_files import PictureFault, known, look, made, prove
from blog.reading import read_folder
from tests.blog.builders import a_file, a_folder, a_picture, tell
from tests.page import Page


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((300, 200), (300,)),
        ((480, 200), (480,)),
        ((1000, 400), (480, 800, 1000)),
        ((1600, 400), (480, 800, 1200, 1600)),
        ((4000, 10), (480, 800, 1200, 1600)),
    ],
)
def test_a_picture_is_never_made_wider_than_it_is(size: tuple[int, int], widths: tuple[int, ...]):
    picture = Picture("a.jpg", "0" * 20, *size)

    assert picture.widths == widths
    assert all(picture.height_at(width) >= 1 for width in widths)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "avif"])
def test_each_format_is_made_from_each(tmp_path: Path, ending: str, kind: str):
    picture = look(a_picture(tmp_path / f"a.{ending}", 900, 300))

    content = made(tmp_path, picture, 480, kind, tmp_path / "made")

    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == (kind.upper(), (480, 160))


def test_it_is_made_once_however_many_ask_at_once(tmp_path: Path):
    picture = look(a_picture(tmp_path / "a.jpg", 900, 300))

    with ThreadPoolExecutor(8) as pool:
        contents = set(pool.map(lambda _: made(tmp_path, picture, 480, "webp", tmp_path / "made"), range(16)))
    (path,) = (tmp_path / "made").iterdir()
    drawn_at = path.stat().st_mtime_ns

    assert contents == {made(tmp_path, picture, 480, "webp", tmp_path / "made")}
    assert path.stat().st_mtime_ns == drawn_at


def test_a_picture_that_the_disk_does_not_take_is_shown_all_the_same(tmp_path: Path):
    picture, full = look(a_picture(tmp_path / "a.jpg", 900, 300)), tmp_path / "no folder"
    full.write_bytes(b"")

    content = made(tmp_path, picture, 480, "webp", full)

    with Image.open(BytesIO(content)) as image:
        assert image.size == (480, 160)


def test_a_turned_picture_stands_upright_and_says_nothing_of_where_it_was_taken(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    Image.new("RGB", (600, 300), "red").save(tmp_path / "a.jpg", exif=exif)

    picture = look(tmp_path / "a.jpg")
    content = made(tmp_path, picture, picture.widths[0], "jpeg", tmp_path / "made")

    assert (picture.width, picture.height) == (300, 600)
    with Image.open(BytesIO(content)) as image:
        assert image.size == (300, 600)
        assert dict(image.getexif()) == {}


def test_what_is_transparent_becomes_paper(tmp_path: Path):
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(tmp_path / "a.png")

    content = made(tmp_path, look(tmp_path / "a.png"), 300, "jpeg", tmp_path / "made")

    with Image.open(BytesIO(content)) as image:
        assert image.getpixel((150, 150)) == pytest.approx((0xF8, 0xF4, 0xEB), abs=3)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "“a.png” is no JPEG, PNG, WebP or AVIF picture, or a broken one"),
        (b"GIF89a" + b"\0" * 50, "“a.png” is no JPEG, PNG, WebP or AVIF picture, or a broken one"),
        (
            b"<svg xmlns='x'/>",
            "“a.png” is no JPEG, PNG, WebP or AVIF picture, or a broken one",
        ),
        (b"x" * (15 * 1024 * 1024 + 1), "the picture “a.png” is larger than 15 megabytes"),
    ],
    ids=["empty", "another format", "a drawing", "large"],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(raw: bytes, sentence: str):
    with pytest.raises(PictureFault) as told:
        known("a.png", raw)

    assert str(told.value) == sentence


def test_a_small_file_that_is_a_very_large_picture_is_not_unpacked():
    out = BytesIO()
    Image.new("1", (7000, 7000)).save(out, "PNG")

    assert len(out.getvalue()) < 50_000
    with pytest.raises(PictureFault, match="has 7000 by 7000 points; 40 million are the most"):
        prove("a.png", out.getvalue())


@pytest.mark.parametrize("size", [(8000, 6300), (30000, 3000), (30000, 30000)], ids=str)
def test_a_picture_of_any_size_is_refused_with_its_size(size: tuple[int, int]):
    head = struct.pack(">IIBBBBB", *size, 1, 0, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")
    raw = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )

    with pytest.raises(PictureFault, match=f"has {size[0]} by {size[1]} points; 40 million are the most"):
        known("a.png", raw)


def test_too_small_a_picture_is_refused(tmp_path: Path):
    with pytest.raises(PictureFault, match="is 120 points wide; 200 are the least"):
        look(a_picture(tmp_path / "a.png", 120, 500))


def test_a_picture_that_breaks_off_is_found_when_it_is_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)  # as the layout engine leaves it
    raw = a_picture(tmp_path / "a.jpg", 900, 600).read_bytes()[:-3000]

    assert known("a.jpg", raw).width == 900
    with pytest.raises(PictureFault, match="is broken: it cannot be unpacked to its end"):
        prove("a.jpg", raw)


def test_a_story_with_a_picture_that_cannot_be_used_is_named(tmp_path: Path):
    a_folder(tmp_path, a=a_file("Words.\n\n![A desk](desk.jpg)"), b=a_file())
    (tmp_path / "desk.jpg").write_bytes(b"not a picture")

    shelf = read_folder(tmp_path)

    assert shelf.faults == ("a.md:11: “desk.jpg” is no JPEG, PNG, WebP or AVIF picture, or a broken one",)
    assert [story.slug for story in shelf.stories] == ["b"]


def test_what_the_page_names_is_there_and_can_be_kept_for_ever(app: Flask, client: FlaskClient, tmp_path: Path):
    a_picture(tmp_path / "desk.jpg", 500, 250)
    tell(app, a_folder(tmp_path, a=a_file(image="desk.jpg", image_alt="A “desk” & <more>")))
    page = Page(client.get("/stories/a"), client)

    sources = [*page.all("picture source"), *page.all("picture img")]
    for source in sources:
        for candidate in source.get("srcset").split(", "):
            address, width = candidate.split()
            response = client.get(address)
            with Image.open(BytesIO(response.get_data())) as image:
                assert f"{image.width}w" == width
                assert FORMATS[(image.format or "").lower()] == response.mimetype == source.get("type", "image/jpeg")
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert page.all("picture img")[0].get("alt") == "A “desk” & <more>"
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_nothing_else_is_made(app: Flask, client: FlaskClient, tmp_path: Path):
    a_picture(tmp_path / "desk.jpg", 500, 250)
    a_picture(tmp_path / "unused.jpg", 501, 250)
    library = tell(app, a_folder(tmp_path, a=a_file(image="desk.jpg", image_alt="A desk")))
    (picture,) = library.shelf().pictures.values()

    for address in (
        picture.address(481, "webp"),
        picture.address(4000, "webp"),
        look(tmp_path / "unused.jpg").address(480, "webp"),
        picture.address(480, "gif"),
    ):
        assert client.get(address).status_code == 404


def test_a_picture_that_was_replaced_has_another_address(app: Flask, client: FlaskClient, tmp_path: Path):
    a_picture(tmp_path / "desk.jpg", 500, 250)
    library = tell(app, a_folder(tmp_path, a=a_file(image="desk.jpg", image_alt="A desk")))
    before = client.get("/stories/a").get_data(as_text=True)
    (old,) = library.shelf().pictures.values()

    a_picture(tmp_path / "desk.jpg", 640, 250)

    assert client.get("/stories/a").get_data(as_text=True) != before
    assert client.get(old.address(480, "webp")).status_code == 404


def test_a_description_cannot_leave_its_attribute():
    hostile = '"><script>alert(1)</script>'

    assert "<script>" not in element(Picture("a.jpg", "0" * 20, 500, 250), hostile, eager=True)
