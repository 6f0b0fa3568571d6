"""The last line of the guard: the database itself refuses two live bookings of one consultant at the same time.

The statements are those of the first migration, too; a change here needs a migration of its own.
"""

from typing import Any

from sqlalchemy import DDL, event

LIVE = "('hold', 'pending', 'confirmed')"
MESSAGE = "overlapping booking"

_SQLITE_CHECK = f"""
WHEN NEW.state IN {LIVE}
BEGIN
  SELECT RAISE(ABORT, '{MESSAGE}') WHERE EXISTS (
    SELECT 1 FROM booking WHERE consultant_id = NEW.consultant_id AND id <> NEW.id AND state IN {LIVE}
    AND ends_at > NEW.starts_at AND starts_at < NEW.ends_at
  );
END
"""  # noqa: S608  # constants of this module

SQLITE = (
    f"CREATE TRIGGER booking_overlap_insert BEFORE INSERT ON booking {_SQLITE_CHECK}",
    "CREATE TRIGGER booking_overlap_update BEFORE UPDATE OF state, consultant_id, starts_at, ends_at ON booking "
    + _SQLITE_CHECK,
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE booking ADD CONSTRAINT ex_booking_overlap EXCLUDE USING gist "
    f"(consultant_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state IN {LIVE})",
)


def attach(table: Any) -> None:
    """Make the refusal part of the table."""
    for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
        for statement in statements:
            ddl: Any = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
