"""Settings that change while the site runs: written into the file, taken up by requests and jobs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kit import jobs, live_settings
from kit.context import EXTENSION, current_settings
from kit.live_settings import SettingsStay
from kit.settings import FILE

FOUND = """# What we chose in May.
SITE_NAME = "The Old Name" # until the move
NEWSLETTER_RATE = 60
"""


@pytest.fixture
def file(app: Flask) -> Iterator[Path]:
    """The settings file of a site whose environment says nothing about what can be changed."""
    before = current_settings()
    environment = {name: value for name, value in before.environment.items() if name not in live_settings.CHANGEABLE}
    app.extensions[EXTENSION] = replace(before, environment=environment)
    path = before.instance / FILE
    yield path
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)
    app.extensions[EXTENSION] = before
    app.extensions[live_settings.SEEN] = None
    app.jinja_env.globals["site_name"] = before.site_name
    live_settings.taken_up.send(app)


def title(client: FlaskClient) -> str:
    return client.get("/").get_data(as_text=True).partition("<title>")[2].partition(":")[0]


def test_what_is_changed_is_written_and_the_rest_of_the_file_stays(file: Path):
    file.write_text(FOUND)
    file.chmod(0o640)

    live_settings.change({"SITE_NAME": 'Næw "Name"', "SITE_TIMEZONE": "America/Chicago"})

    assert file.read_text("utf-8") == (
        "# What we chose in May.\n"
        'SITE_NAME = "Næw \\"Name\\"" # until the move\n'
        "NEWSLETTER_RATE = 60\n"
        'SITE_TIMEZONE = "America/Chicago"\n'
    )
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_new_file_can_be_read_by_the_site_alone(file: Path):
    live_settings.change({"SITE_NAME": "A Name"})

    assert file.read_text() == 'SITE_NAME = "A Name"\n'
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_next_request_shows_it_whoever_wrote_the_file(file: Path, client: FlaskClient):
    live_settings.change({"SITE_NAME": "By The Desk"})
    by_desk = title(client)
    file.write_text('SITE_NAME = "By Hand"\nNEWSLETTER_RATE = 7\nSITE_TIMEZONE = "Asia/Kolkata"\n')
    by_hand = title(client)
    changed = current_settings()
    file.unlink()

    assert (by_desk, by_hand, title(client)) == ("By The Desk", "By Hand", "The Conversation Gap")
    assert (changed.newsletter_rate, changed.site_timezone) == (7, "Asia/Kolkata")
    assert changed.from_file == {"SITE_NAME", "NEWSLETTER_RATE", "SITE_TIMEZONE"}
    assert current_settings().from_file == set()


def test_the_next_job_takes_it_up_too(file: Path):
    live_settings.change({"NEWSLETTER_RATE": "9"})

    jobs.queue().run("forget_old_drafts")

    assert current_settings().newsletter_rate == 9


@pytest.mark.parametrize("broken", ["SITE_NAME = ", 'SITE_TIMEZONE = "Mars/Olympus"', 'NO_SUCH = "thing"', "\udcff"])
def test_a_file_that_cannot_be_used_changes_nothing(file: Path, client: FlaskClient, broken: str):
    file.write_text('SITE_NAME = "A Name"')
    title(client)

    file.write_text(broken, errors="surrogateescape")
    assert title(client) == "A Name"

    file.write_text('SITE_NAME = "Another Name"')
    assert title(client) == "Another Name"


def test_what_the_environment_sets_is_left_alone(file: Path, app: Flask, client: FlaskClient):
    environment = {**current_settings().environment, "SITE_NAME": "Fixed"}
    app.extensions[EXTENSION] = replace(current_settings(), environment=environment, site_name="Fixed")

    live_settings.change({"SITE_NAME": "Wanted", "NEWSLETTER_RATE": "5"})
    title(client)

    assert live_settings.fixed() == {"SITE_NAME"}
    assert file.read_text() == 'NEWSLETTER_RATE = "5"\n'
    assert (current_settings().site_name, current_settings().newsletter_rate) == ("Fixed", 5)


def test_what_cannot_be_used_is_not_written(file: Path):
    file.write_text(FOUND)

    with pytest.raises(SettingsStay, match="NEWSLETTER_RATE is '0'"):
        live_settings.change({"NEWSLETTER_RATE": "0"})

    assert file.read_text() == FOUND


@pytest.mark.parametrize("content", [None, "SITE_NAME = "])
def test_a_file_that_cannot_be_written_is_said_so(file: Path, content: str | None):
    file.mkdir() if content is None else file.write_text(content)

    with pytest.raises(SettingsStay):
        live_settings.change({"SITE_NAME": "A Name"})

    assert [one.name for one in file.parent.glob(".saving-*")] == []


def test_two_who_write_at_once_both_keep_their_change(file: Path, app: Flask):
    def write(name: str, value: str) -> None:
        with app.app_context():
            live_settings.change({name: value})

    for number in range(1, 9):
        with ThreadPoolExecutor(2) as pool:
            both = [
                pool.submit(write, "SITE_NAME", f"Name {number}"),
                pool.submit(write, "NEWSLETTER_RATE", str(number)),
            ]
        assert [one.result() for one in both] == [None, None]
        assert sorted(file.read_text().splitlines()) == [
            f'NEWSLETTER_RATE = "{number}"',
            f'SITE_NAME = "Name {number}"',
        ]


def test_what_needs_a_new_start_is_not_said_to_hold(file: Path, client: FlaskClient):
    file.write_text('MAIL_URL = "smtp://mail.example.com"\nSITE_NAME = "A Name"\n')

    assert title(client) == "A Name"
    assert current_settings().from_file == {"SITE_NAME"}


def test_a_link_stays_one(file: Path, tmp_path: Path):
    target = tmp_path / "elsewhere.toml"
    target.write_text("")
    file.symlink_to(target)

    live_settings.change({"SITE_NAME": "A Name"})

    assert file.is_symlink()
    assert target.read_text() == 'SITE_NAME = "A Name"\n'
