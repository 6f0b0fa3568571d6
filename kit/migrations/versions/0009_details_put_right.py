"""Leads: what was put right by hand stands in the timeline, with what was there before."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

HAPPENINGS = (
    *("assessment taken", "report asked for", "report sent", "report failed", "consult booked", "consult moved"),
    *("consult cancelled", "consult held", "consult missed", "call-back asked for", "subscribed", "note", "stage"),
    *("times asked for", "times offered", "times withdrawn", "move asked for"),
    *("check-in begun", "check-in answered", "check-in stopped", "owner", "merged"),
)
DETAILS = "details"
HAPPENING = sa.table("happening", sa.column("kind", sa.String))


def upgrade() -> None:
    _let_happen(*HAPPENINGS, DETAILS)


def downgrade() -> None:
    op.execute(HAPPENING.update().where(HAPPENING.c.kind == DETAILS).values(kind="note"))
    _let_happen(*HAPPENINGS)


def _let_happen(*kinds: str) -> None:
    """Let the timeline of a lead take these kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_happening_happeningkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_happening_happeningkind"), f"kind IN ({listed})")
