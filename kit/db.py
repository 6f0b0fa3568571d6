"""The database: the typed base of all models, times that are always aware, and the one way to write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, Enum, MetaData, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_BUSY_SECONDS = 15


class Base(DeclarativeBase):
    """What every model inherits; its metadata names every constraint, so that migrations can too."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses a naive time; gives back an aware one in UTC whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[StrEnum]) -> Enum:
    """A column type that stores the values of `kind` as text and refuses all others."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


def session() -> Session:
    """The session of this request, job or command."""
    current: Session = db.session()
    return current


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything in the block is written, or nothing is. Holds the write lock from its first line.

    A block inside another joins it. On SQLite the lock is `BEGIN IMMEDIATE`: a transaction that begins as a
    reader and then writes would be refused as soon as somebody else has written in between.
    """
    current = session()
    if current.info.get("writing"):
        yield current
        return
    if current.new or current.dirty or current.deleted:
        raise RuntimeError("something was changed outside of a transaction")
    current.rollback()
    current.info["writing"] = True
    current.info["after_commit"] = []
    try:
        current.connection(execution_options={"writes": True})
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        current.info["after_commit"] = []
        raise
    finally:
        current.info["writing"] = False
    for callback in current.info.pop("after_commit"):
        callback()


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once what the present transaction writes is there for all to see; the same one only once."""
    waiting: list[Callable[[], None]] = session().info["after_commit"]
    if callback not in waiting:
        waiting.append(callback)


def empty_the_log() -> None:
    """On SQLite: bring everything into the file itself, so that nothing erased stands in its write-ahead log.

    Best effort: while somebody reads an older state the log stays, and the next commit but one overwrites it.
    """
    if db.engine.dialect.name == "sqlite":
        session().rollback()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")


def tune_sqlite(engine: Engine, *, durable: bool) -> None:
    """Let us say when a transaction begins, make readers and the writer independent, keep foreign keys true.

    What is deleted is overwritten: a person who was erased does not linger in the free parts of the file.

    A `durable` commit has reached the disk when it returns: what was promised outlives a power cut. Without, the last
    moments before one may be lost, but nothing is broken.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {SQLITE_BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            f"synchronous = {'FULL' if durable else 'NORMAL'}",
            "foreign_keys = ON",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
