"""Staff: the log takes that somebody changed the settings of the site."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACTS = (
    *("signed in", "ended a session", "was locked out for a while", "changed the password"),
    *("turned the second factor on", "turned the second factor off", "added a passkey", "removed a passkey"),
    *("invited somebody", "withdrew an invitation", "made their account", "changed a role", "closed an account"),
    *("opened an account again", "handed out a person’s record", "handed out a table of leads", "merged two leads"),
    *("erased a person", "set a webhook", "removed a webhook"),
)
CHANGED = "changed the settings"
# SQLite makes the table anew, and its triggers go with the old one.
SQLITE_APPEND_ONLY = tuple(
    f"CREATE TRIGGER audit_entry_{act.lower()} BEFORE {act} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    for act in ("UPDATE", "DELETE")
)


def upgrade() -> None:
    _let_note(*ACTS, CHANGED)


def downgrade() -> None:
    _open_the_log()
    entry = sa.table("audit_entry", sa.column("act", sa.String))
    op.execute(entry.delete().where(entry.c.act == CHANGED))
    _let_note(*ACTS)


def _let_note(*acts: str) -> None:
    """Let the log take these deeds, and be only added to as before."""
    _open_the_log()
    listed = ", ".join(f"'{act}'" for act in acts)
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_audit_entry_act"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_audit_entry_act"), f"act IN ({listed})")
    if _on_postgresql():
        op.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays")
    else:
        for statement in SQLITE_APPEND_ONLY:
            op.execute(statement)


def _open_the_log() -> None:
    if _on_postgresql():
        op.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays")
        return
    for act in ("update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS audit_entry_{act}")


def _on_postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
