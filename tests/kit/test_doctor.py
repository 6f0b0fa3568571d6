"""The doctor tells what ails the site, and sends and writes nothing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from kit import doctor, jobs, outbox
from kit.context import current_settings
from kit.db import session, transaction
from kit.doctor import Finding, Verdict
from kit.mail import Mail
from tests.conftest import NIGHT_BEFORE_THE_CLOCKS_CHANGE
from tests.kit.smtp import free_port, smtp_server

NOW = NIGHT_BEFORE_THE_CLOCKS_CHANGE


def verdicts(app: Flask) -> dict[str, Verdict]:
    return {finding.subject: finding.verdict for finding in doctor.examine()}


def test_a_new_site_lacks_its_worker_and_a_public_address(app: Flask):
    assert verdicts(app) == {
        "database": Verdict.WELL,
        "worker": Verdict.TROUBLE,
        "mail queue": Verdict.WELL,
        "mail server": Verdict.NOTE,
        "address": Verdict.NOTE,
        "time zones": Verdict.WELL,
        "disk": Verdict.WELL,
    } | {path.name: Verdict.TROUBLE for path in doctor.private_files(current_settings().instance)}


def test_letters_that_wait_are_counted(app: Flask):
    with transaction():
        outbox.put(Mail("note", "ann@example.com", "Ann", "A subject", "Text\n", "<p>Text</p>"))

    assert Finding(Verdict.WELL, "mail queue", "Letters that wait: 1.") in doctor.examine()


def test_tables_of_another_version_are_trouble(app: Flask):
    head = session().connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    with transaction() as current:
        current.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    sentence = f"Its tables are those of 0000, wanted are those of {head}. Run: flask --app app prepare"
    assert doctor.examine()[0] == Finding(Verdict.TROUBLE, "database", sentence)


@pytest.mark.parametrize(
    ("seconds", "verdict", "sentence"),
    [
        (20, Verdict.WELL, "Seen 20 s ago."),
        (180, Verdict.WELL, "Seen 180 s ago."),
        (
            181,
            Verdict.TROUBLE,
            "Last seen 2026-10-31 22:30 UTC. Letters and reports wait until one runs: flask --app app worker",
        ),
    ],
)
def test_a_worker_is_missed_after_three_minutes(seconds: int, verdict: Verdict, sentence: str):
    assert doctor.judge_worker(NOW, NOW + timedelta(seconds=seconds)) == Finding(verdict, "worker", sentence)


def test_a_mail_server_is_greeted_and_sent_nothing(app: Flask):
    with smtp_server() as (url, mailbox):
        found = doctor.look_at_mail(replace(current_settings(), mail_url=url))

    assert found == Finding(Verdict.WELL, "mail server", "It lets us in.")
    assert mailbox.messages == []


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("smtp://127.0.0.1:{closed}", "ConnectionRefusedError"),
        ("smtp://127.0.0.1:{open}?starttls=yes", "SMTPNotSupportedError"),
        ("smtp://ann:secret@127.0.0.1:{open}", "SMTPNotSupportedError"),
    ],
)
def test_a_mail_server_that_does_not_let_us_in_is_trouble(app: Flask, url: str, fault: str):
    with smtp_server() as (open_url, _mailbox):
        mail_url = url.format(closed=free_port(), open=open_url.rpartition(":")[2])
        found = doctor.look_at_mail(replace(current_settings(), mail_url=mail_url))

    assert found == Finding(Verdict.TROUBLE, "mail server", f"It does not let us in ({fault}). See MAIL_URL.")


def test_a_public_site_without_a_mail_server_is_in_trouble(app: Flask):
    assert doctor.look_at_mail(replace(current_settings(), production=True)).verdict == Verdict.TROUBLE


def test_what_is_weak_in_the_settings_is_named(app: Flask):
    weak = replace(
        current_settings(), secret_key="a" * 40, host="0.0.0.0", mail_from="me@localhost", mail_url="smtp://x"
    )

    assert [(finding.verdict, finding.subject) for finding in doctor.judge_settings(weak)] == [
        (Verdict.TROUBLE, "secret key"),
        (Verdict.NOTE, "address"),
        (Verdict.TROUBLE, "address"),
        (Verdict.TROUBLE, "mail domain"),
    ]


@pytest.mark.parametrize(
    ("mode", "verdict"), [(0o600, Verdict.WELL), (0o640, Verdict.TROUBLE), (0o604, Verdict.TROUBLE)]
)
def test_a_secret_that_others_may_read_is_trouble(tmp_path: Path, mode: int, verdict: Verdict):
    secret = tmp_path / "secret_key"
    secret.touch()
    secret.chmod(mode)

    assert [doctor.judge_file(path).verdict for path in doctor.private_files(tmp_path)] == [verdict]


@pytest.mark.parametrize(("version", "verdict"), [("2026.2", "well"), ("2025.3", "well"), ("2024.2", "trouble")])
def test_rules_of_time_zones_grow_old(version: str, verdict: str):
    assert doctor.judge_zones(version, NOW).verdict == verdict


@pytest.mark.parametrize(
    ("free", "total", "verdict"),
    [
        (50_000_000_000, 100_000_000_000, "well"),
        (4_000_000_000, 100_000_000_000, "trouble"),
        (400_000_000, 1_000_000_000, "trouble"),
    ],
)
def test_a_full_disk_is_trouble(free: int, total: int, verdict: str):
    assert doctor.judge_disk(free, total).verdict == verdict


def test_the_command_ends_with_1_where_something_ails(app: Flask):
    run = app.test_cli_runner().invoke

    ailing = run(args=["doctor"])
    jobs.beat()
    for path in doctor.private_files(current_settings().instance):
        path.chmod(0o600)
    well = run(args=["doctor"])

    assert "trouble worker       None has ever been seen." in ailing.output
    assert (ailing.exit_code, well.exit_code, well.output.count("trouble")) == (1, 0, 0)
