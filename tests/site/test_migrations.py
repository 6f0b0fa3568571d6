"""The migrations make exactly the tables that the models describe."""

from collections.abc import Callable
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import select, text

import leads.lists
import leads.services
from app import create_app
from booking.defaults import ensure_defaults
from kit import clock, jobs, schema
from kit.db import Base, db, session
from leads.lists import Wanted
from leads.models import Happening, HappeningKind
from tests.booking.builders import a_consult_type
from tests.conftest import ROOT, some_settings
from tests.desk.scenes import a_consult

FAILED = "The report could not be made; the page shows the result"


def test_the_migrated_database_is_the_one_the_models_describe(app: Flask):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": schema.is_ours})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_again_changes_nothing(app: Flask):
    schema.migrate()


def test_rows_survive_every_step(migrated: Callable[[Path], str], tmp_path: Path):
    app = create_app(some_settings(tmp_path, migrated(tmp_path)))
    folder = str(ROOT / schema.FOLDER)
    with app.app_context():
        ensure_defaults()
        downgrade(directory=folder, revision="0001")
        db.session.remove()
        before = {table: _count(table) for table in ("consultant", "weekly_hours", "consult_type", "consult_type_host")}

        schema.migrate()

        assert {table: _count(table) for table in before} == before
        assert before["weekly_hours"] == 10
        db.session.remove()
        db.engine.dispose()


def test_leads_are_found_by_what_they_wrote_before_that_was_kept(migrated: Callable[[Path], str], tmp_path: Path):
    app = create_app(some_settings(tmp_path, migrated(tmp_path)))
    folder = str(ROOT / schema.FOLDER)
    with app.app_context():
        lead = a_consult(a_consult_type(), note="A walnut kayak").lead_id
        found = leads.services.get_lead(leads.lists.list_leads(Wanted()).leads[0].public_id)
        leads.services.record(found, HappeningKind.REPORT_FAILED, at=clock.now(), headline=FAILED)
        leads.services.add_happening(found, HappeningKind.DETAILS, clock.now(), "Robin put the name right")
        downgrade(directory=folder, revision="0007")
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM lead_word WHERE word = 'kayak'"))
            assert list(
                connection.scalars(text("SELECT kind FROM happening WHERE headline = :said"), {"said": FAILED})
            ) == ["note"]

        schema.migrate()

        assert [one.id for one in leads.lists.list_leads(Wanted(search="kayak")).leads] == [lead]
        kinds = session().scalars(select(Happening.kind).where(Happening.headline == FAILED)).all()
        assert kinds == [HappeningKind.REPORT_FAILED]
        jobs.queue().close()
        db.session.remove()
        db.engine.dispose()


def _count(table: str) -> int:
    with db.engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
