"""Writes are whole or not at all, and times are always aware."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from kit.db import after_commit, session, transaction
from kit.jobs import Beat

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def names() -> set[str]:
    session().rollback()
    return set(session().scalars(select(Beat.name)))


def test_a_block_inside_another_is_written_with_it_or_not_at_all(app: Flask):
    with pytest.raises(RuntimeError), transaction() as outer:
        outer.add(Beat(name="outer", at=AT))
        with transaction() as inner:
            inner.add(Beat(name="inner", at=AT))
        raise RuntimeError

    assert names() == set()
    with transaction() as outer:
        outer.add(Beat(name="outer", at=AT))
        with transaction() as inner:
            inner.add(Beat(name="inner", at=AT))
    assert names() == {"outer", "inner"}


def test_what_follows_a_commit_happens_once_and_only_after_it(app: Flask):
    seen: list[set[str]] = []

    def look() -> None:
        seen.append(names())

    with transaction() as current:
        current.add(Beat(name="here", at=AT))
        after_commit(look)
        after_commit(look)
        assert seen == []
    assert seen == [{"here"}]

    with pytest.raises(RuntimeError), transaction():
        after_commit(look)
        raise RuntimeError
    assert len(seen) == 1


def test_a_change_outside_of_a_transaction_is_noticed(app: Flask):
    session().add(Beat(name="stray", at=AT))

    with pytest.raises(RuntimeError), transaction():
        pass


def test_a_time_keeps_its_instant_and_comes_back_in_utc(app: Flask):
    with transaction() as current:
        current.add(Beat(name="here", at=AT.astimezone(timezone(timedelta(hours=-5)))))

    session().expire_all()
    assert session().get_one(Beat, "here").at == AT
    assert session().get_one(Beat, "here").at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(app: Flask):
    with pytest.raises((StatementError, ValueError)), transaction() as current:
        current.add(Beat(name="naive", at=datetime(2026, 1, 1)))  # noqa: DTZ001  # the point of the test
        current.flush()
