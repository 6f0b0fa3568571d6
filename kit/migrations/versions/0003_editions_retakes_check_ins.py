"""Versions of the texts, retakes, what was scored, and the weekly check-in."""

import sqlalchemy as sa
from alembic import op

from kit.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HAPPENINGS = (
    *("assessment taken", "report asked for", "report sent", "consult booked", "consult moved", "consult cancelled"),
    *("consult held", "consult missed", "call-back asked for", "subscribed", "note", "stage"),
    *("times asked for", "times offered", "times withdrawn", "move asked for"),
)
MORE_HAPPENINGS = ("check-in begun", "check-in answered", "check-in stopped")


def upgrade() -> None:
    _let_happen(*HAPPENINGS, *MORE_HAPPENINGS)
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("texts_version", sa.String(length=20), nullable=False, server_default="2026-11"))
        batch_op.add_column(sa.Column("retake_of_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("staff_test", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("held", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("needed", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("chance", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("practice_index", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_submission_retake_of_id"), ["retake_of_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_submission_retake_of_id_submission"),
            "submission",
            ["retake_of_id"],
            ["id"],
            ondelete="SET NULL",
        )
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("asked", "running", "stopped", "silent", "ended"),
                name="checkinstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_check_in_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_check_in_lead_id_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("secret", name=op.f("uq_check_in_secret")),
    )
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.create_index("ix_check_in_state_due", ["state", "due_at"], unique=False)
        for column in ("submission_id", "lead_id", "address"):
            batch_op.create_index(batch_op.f(f"ix_check_in_{column}"), [column], unique=False)
    op.create_table(
        "check_in_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_in_id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("conversations", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_in_id"], ["check_in.id"], name=op.f("fk_check_in_week_check_in_id_check_in"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_week")),
        sa.UniqueConstraint("check_in_id", "monday", name=op.f("uq_check_in_week_check_in_id_monday")),
    )


def _let_happen(*kinds: str) -> None:
    """Let the timeline of a lead take these kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_happening_happeningkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_happening_happeningkind"), f"kind IN ({listed})")


def downgrade() -> None:
    op.drop_table("check_in_week")
    op.drop_table("check_in")
    op.execute(
        sa.text("UPDATE happening SET kind = 'note' WHERE kind IN :kinds").bindparams(
            sa.bindparam("kinds", MORE_HAPPENINGS, expanding=True)
        )
    )
    _let_happen(*HAPPENINGS)
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_submission_retake_of_id_submission"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_submission_retake_of_id"))
        for column in ("practice_index", "chance", "needed", "held", "staff_test", "retake_of_id", "texts_version"):
            batch_op.drop_column(column)
