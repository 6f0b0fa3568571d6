"""The settings at the desk: shown without their secrets, and changed where they can be."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from desk import settings_views
from kit import live_settings
from kit.context import EXTENSION, current_settings
from kit.settings import FILE
from tests.kit.smtp import free_port
from tests.page import Page
from tests.staff.signed_in import signed_in


@pytest.fixture
def owner(app: Flask) -> Iterator[FlaskClient]:
    """An owner; whatever they change is as it was when the test is over."""
    before = current_settings()
    yield signed_in(app)
    path = before.instance / FILE
    path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
    app.extensions[EXTENSION], app.extensions[live_settings.SEEN] = before, None
    app.jinja_env.globals["site_name"] = before.site_name
    live_settings.taken_up.send(app)


def look(client: FlaskClient, query: str = "") -> Page:
    return Page(client.get(f"/desk/settings/{query}"), client)


def rows(page: Page) -> dict[str, list[str]]:
    found = [[cell.text_content().strip() for cell in row.iter("th", "td")] for row in page.all("tbody tr")]
    return {name: rest for name, *rest in found}


def test_everything_that_is_set_is_shown_but_what_is_secret(app: Flask, owner: FlaskClient):
    settings = current_settings()
    environment = {**settings.environment, "MAIL_URL": "smtp://sam:opensesame@mail.example.com:587"}
    app.extensions[EXTENSION] = replace(settings, mail_url=environment["MAIL_URL"], environment=environment)

    page = look(owner)
    shown = rows(page)

    assert shown["MAIL_URL"] == ["smtp://mail.example.com:587", "From: environment"]
    assert shown["SECRET_KEY"] == ["kept secret", "From: environment"]
    assert shown["NEWSLETTER_RATE"] == ["120", "From: default"]
    assert shown["REDIS_URL"][0] == "not set"
    assert "opensesame" not in page.response.get_data(as_text=True)
    assert settings.secret_key not in page.response.get_data(as_text=True)


def test_an_owner_changes_what_can_be_changed(owner: FlaskClient):
    changed = look(owner).form("/desk/settings/").submit(site_name="Better Calls", newsletter_rate="1,500")

    page = look(owner, "?done=changed")
    assert changed.status_code == 303
    assert page.texts(".notice.done p") == ["The settings are kept, and hold from now on."]
    assert rows(page)["SITE_NAME"] == ["Better Calls", "From: settings.toml"]
    assert rows(page)["NEWSLETTER_RATE"][0] == "1500"
    assert "Better Calls" in owner.get("/").get_data(as_text=True)
    log = Page(owner.get("/desk/team/log?act=changed+the+settings"), owner)
    assert ["NEWSLETTER_RATE, SITE_NAME" in row for row in log.texts("tbody tr")] == [True]


def test_what_did_not_change_is_not_written(owner: FlaskClient):
    look(owner).form("/desk/settings/").submit()

    assert not (current_settings().instance / FILE).exists()
    assert Page(owner.get("/desk/team/log?act=changed+the+settings"), owner).all("tbody tr") == []


def test_a_slip_is_told_and_the_typing_stays(owner: FlaskClient):
    refused = look(owner).form("/desk/settings/").submit(site_name=" ", newsletter_rate="many")

    page = Page(refused, owner)
    assert page.status == 422
    assert page.texts("[data-error-summary] li") == [
        "Give the site a name",
        "Type a whole number from 1 to 100,000, in digits",
    ]
    assert page.form("/desk/settings/").values["newsletter_rate"] == ["many"]


def test_what_the_environment_sets_is_no_field(owner: FlaskClient):
    page = look(owner)

    assert "site_timezone" not in page.form("/desk/settings/").values
    assert "SITE_TIMEZONE is set in the environment of the machine, and can be changed there only." in page.text


def test_a_file_that_cannot_be_written_is_said_so(owner: FlaskClient):
    form = look(owner).form("/desk/settings/")
    (current_settings().instance / FILE).mkdir()

    refused = Page(form.submit(site_name="Better Calls"), owner)

    assert (refused.status, refused.heading) == (409, "The settings cannot be changed here")


def test_what_ails_the_site_is_told_and_other_machines_are_asked_on_demand(app: Flask, owner: FlaskClient):
    mail_url = f"smtp://127.0.0.1:{free_port()}"
    app.extensions[EXTENSION] = replace(current_settings(), mail_url=mail_url)

    quick, thorough = look(owner), look(owner, "?outside=1")

    assert "Worker trouble" in [" ".join(row.split()) for row in quick.texts(".findings li p:first-child")]
    assert "Mail server trouble" not in quick.texts(".findings li p:first-child")
    assert "Mail server trouble" in [" ".join(row.split()) for row in thorough.texts(".findings li p:first-child")]


@pytest.mark.parametrize(
    ("field", "address", "shown"),
    [
        ("database_url", "postgresql://site:open/se#sa?me@db:5432/site", "postgresql://kept secret"),
        ("database_url", "postgresql://site:open/sesame@db/site", "postgresql://db/site"),
        ("database_url", "postgresql://site@db/site?password=opensesame", "postgresql://db/site"),
        ("database_url", "postgresql://u:open[sesame@h/db", "postgresql://h/db"),
        ("redis_url", "unix:///run/redis.sock?db=1&password=opensesame", "unix:///run/redis.sock"),
        ("redis_url", "redis://db/0?password=open@sesame", "redis://kept secret"),
        ("imap_url", "imaps://sam:open/sesame@mail.example.com/INBOX", "imaps://mail.example.com/INBOX"),
    ],
)
def test_no_password_is_shown_however_odd_it_is(app: Flask, owner: FlaskClient, field: str, address: str, shown: str):
    settings = replace(current_settings(), **{field: address})

    found = {one.name: one.value for one in settings_views.shown(settings)}

    assert found[field.upper()] == shown
    assert not any("sesame" in value for value in found.values())


@pytest.mark.parametrize("zone", ["US/Eastern", "Etc/UTC", "America/Chicago"])
def test_another_change_leaves_the_time_zone_alone(app: Flask, owner: FlaskClient, zone: str):
    settings = current_settings()
    environment = {name: value for name, value in settings.environment.items() if name != "SITE_TIMEZONE"}
    app.extensions[EXTENSION] = replace(settings, environment=environment)
    (settings.instance / FILE).write_text(f'SITE_TIMEZONE = "{zone}"\n')

    look(owner).form("/desk/settings/").submit(site_name="Better Calls")

    assert (settings.instance / FILE).read_text() == f'SITE_TIMEZONE = "{zone}"\nSITE_NAME = "Better Calls"\n'
    assert look(owner).form("/desk/settings/").values["site_timezone"] == [zone]


def test_a_page_that_was_open_for_long_takes_nothing_back(owner: FlaskClient):
    old = look(owner).form("/desk/settings/")
    look(owner).form("/desk/settings/").submit(site_name="Better Calls")

    old.submit(newsletter_rate="77")

    owner.get("/desk/settings/")
    assert (current_settings().site_name, current_settings().newsletter_rate) == ("Better Calls", 77)


def test_a_file_with_a_fault_is_said_so(owner: FlaskClient):
    form = look(owner).form("/desk/settings/")
    (current_settings().instance / FILE).write_text('NO_SUCH = "thing"\n')

    refused = Page(form.submit(site_name="Better Calls"), owner)

    assert refused.status == 409
    assert "With this the site could not start again. settings.toml: unknown setting NO_SUCH" in refused.text


def test_a_key_that_was_taken_away_is_told(app: Flask, owner: FlaskClient):
    app.extensions[EXTENSION] = replace(current_settings(), dkim_key=current_settings().instance / "gone.pem")

    assert "gone.pem cannot be looked at (No such file or directory)." in look(owner).text
