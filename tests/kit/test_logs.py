"""A fault is written down with its place and its kind, and quotes nobody."""

import logging
import sqlite3
import sys

import psycopg.errors
import pytest
from sqlalchemy.exc import IntegrityError

from kit.logs import DiscreetFormatter, install, log, write_fault

SECRET = "quentin@example.org"
QUOTING = [
    ValueError(f"no number: {SECRET}"),
    KeyError(SECRET),
    UnicodeEncodeError("ascii", SECRET, 0, 1, "no"),
    sqlite3.IntegrityError(f"UNIQUE failed: {SECRET}"),
    psycopg.errors.UniqueViolation(f"DETAIL: Key (address)=({SECRET}) already exists."),
    IntegrityError("INSERT", {}, Exception(f"Key (address)=({SECRET}) already exists.")),
]


def written(fault: BaseException) -> str:
    try:
        raise fault
    except BaseException:
        return write_fault(sys.exc_info())


@pytest.mark.parametrize("fault", QUOTING, ids=lambda fault: type(fault).__name__)
def test_a_fault_that_may_quote_is_told_by_its_kind_alone(fault: BaseException):
    text = written(fault)

    assert text.splitlines()[-1] == type(fault).__name__
    assert "test_logs.py" in text
    assert SECRET not in text


def test_other_faults_are_told_in_their_own_words():
    assert written(RuntimeError("the worker is away")).endswith("RuntimeError: the worker is away")


def test_causes_come_first_and_quote_nobody_either():
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as cause:
            raise RuntimeError("it could not be read") from cause
    except RuntimeError:
        text = write_fault(sys.exc_info())

    assert text.index("ValueError") < text.index("RuntimeError: it could not be read")
    assert SECRET not in text


def test_what_libraries_log_is_written_in_the_same_way():
    record = logging.LogRecord("waitress", logging.ERROR, "x.py", 1, "it broke", None, None)
    try:
        raise ValueError(SECRET)
    except ValueError:
        record.exc_info = sys.exc_info()

    text = DiscreetFormatter("%(message)s").format(record)

    assert text.startswith("it broke\n")
    assert text.endswith("ValueError")
    assert SECRET not in text


def test_an_event_is_one_line_with_its_time_level_and_fields(caplog: pytest.LogCaptureFixture):
    install()
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("something broke", part="web")

    (record,) = caplog.records
    line = record.getMessage()
    assert line.count("\n") == 0
    assert line.startswith("timestamp='")
    assert "level='error' event='something broke' part='web'" in line
    assert SECRET not in line
