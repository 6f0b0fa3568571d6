"""The first tables."""

import sqlalchemy as sa
from alembic import op

from kit.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LIVE = "('hold', 'pending', 'confirmed')"
OVERLAP_CHECK = f"""
WHEN NEW.state IN {LIVE}
BEGIN
  SELECT RAISE(ABORT, 'overlapping booking') WHERE EXISTS (
    SELECT 1 FROM booking WHERE consultant_id = NEW.consultant_id AND id <> NEW.id AND state IN {LIVE}
    AND ends_at > NEW.starts_at AND starts_at < NEW.ends_at
  );
END
"""  # noqa: S608  # constants of this module
SQLITE = (
    f"CREATE TRIGGER booking_overlap_insert BEFORE INSERT ON booking {OVERLAP_CHECK}",
    "CREATE TRIGGER booking_overlap_update BEFORE UPDATE OF state, consultant_id, starts_at, ends_at ON booking "
    + OVERLAP_CHECK,
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE booking ADD CONSTRAINT ex_booking_overlap EXCLUDE USING gist "
    f"(consultant_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state IN {LIVE})",
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_table(
        "beat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_beat")),
    )
    op.create_table(
        "consult_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column(
            "place_kind",
            sa.Enum(
                "phone", "video", "address", name="placekind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("cut_off", sa.Integer(), nullable=False),
        sa.Column("max_per_day", sa.Integer(), nullable=True),
        sa.Column("max_per_week", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consult_type")),
        sa.UniqueConstraint("slug", name=op.f("uq_consult_type_slug")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("secret", name=op.f("uq_invitation_secret")),
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_typed", sa.String(length=254), nullable=False),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "new",
                "report sent",
                "engaged",
                "consult booked",
                "client",
                "closed",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_touch", sa.JSON(), nullable=False),
        sa.Column("last_touch", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("address", name=op.f("uq_lead_address")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lead_public_id")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "failed",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_recipient"), ["recipient"], unique=False)

    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_account_role_role_id_role"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role")),
    )
    op.create_table(
        "consultant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("zone_name", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("max_per_day", sa.Integer(), nullable=True),
        sa.Column("max_per_week", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_consultant_account_id_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant")),
        sa.UniqueConstraint("account_id", name=op.f("uq_consultant_account_id")),
    )
    op.create_table(
        "happening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "assessment taken",
                "report asked for",
                "report sent",
                "consult booked",
                "consult moved",
                "consult cancelled",
                "consult held",
                "consult missed",
                "call-back asked for",
                "subscribed",
                "note",
                "stage",
                name="happeningkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("headline", sa.String(length=400), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_happening_lead_id_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_happening")),
    )
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.create_index("ix_happening_kind_at", ["kind", "at"], unique=False)
        batch_op.create_index("ix_happening_lead_at", ["lead_id", "at"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("question_set", sa.String(length=20), nullable=False),
        sa.Column("model_version", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_submission_lead_id_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("key", name=op.f("uq_submission_key")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "hold",
                "pending",
                "confirmed",
                "cancelled",
                "lapsed",
                "held",
                "missed",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("consult_type_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("hold_expires_at", UtcDateTime(), nullable=True),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("zone_name", sa.String(length=64), nullable=False),
        sa.Column("clock", sa.String(length=2), nullable=False),
        sa.Column("handover", sa.JSON(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("booked_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'hold') = (hold_expires_at IS NOT NULL)", name=op.f("ck_booking_hold_expires")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_order")),
        sa.ForeignKeyConstraint(
            ["consult_type_id"], ["consult_type.id"], name=op.f("fk_booking_consult_type_id_consult_type")
        ),
        sa.ForeignKeyConstraint(["consultant_id"], ["consultant.id"], name=op.f("fk_booking_consultant_id_consultant")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_booking_lead_id_lead"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("secret", name=op.f("uq_booking_secret")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index("ix_booking_time", ["consultant_id", "ends_at"], unique=False)
        batch_op.create_index("ix_booking_visitor", ["visitor"], unique=False)

    op.create_table(
        "busy_interval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_busy_interval_consultant_id_consultant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_interval")),
    )
    with op.batch_alter_table("busy_interval", schema=None) as batch_op:
        batch_op.create_index("ix_busy_interval_time", ["consultant_id", "ends_at"], unique=False)

    op.create_table(
        "consult_type_host",
        sa.Column("consult_type_id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consult_type_id"],
            ["consult_type.id"],
            name=op.f("fk_consult_type_host_consult_type_id_consult_type"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_consult_type_host_consultant_id_consultant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consult_type_id", "consultant_id", name=op.f("pk_consult_type_host")),
    )
    op.create_table(
        "date_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("finish", sa.Integer(), nullable=True),
        sa.CheckConstraint("(start IS NULL) = (finish IS NULL)", name=op.f("ck_date_override_both_or_none")),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_date_override_consultant_id_consultant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_override")),
    )
    with op.batch_alter_table("date_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_override_consultant_id"), ["consultant_id"], unique=False)

    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("paper", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "ready", "failed", name="reportstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_report_lead_id_lead"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_report_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("secret", name=op.f("uq_report_secret")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index("ix_report_state_due", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "weekly_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("finish", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "start >= 0 AND start < 1440 AND finish >= 0 AND finish <= 1440", name=op.f("ck_weekly_hours_minutes")
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_weekly_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_weekly_hours_consultant_id_consultant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
    )
    with op.batch_alter_table("weekly_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_weekly_hours_consultant_id"), ["consultant_id"], unique=False)
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("weekly_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_weekly_hours_consultant_id"))

    op.drop_table("weekly_hours")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_submission_id"))
        batch_op.drop_index("ix_report_state_due")
        batch_op.drop_index(batch_op.f("ix_report_lead_id"))

    op.drop_table("report")
    with op.batch_alter_table("date_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_override_consultant_id"))

    op.drop_table("date_override")
    op.drop_table("consult_type_host")
    with op.batch_alter_table("busy_interval", schema=None) as batch_op:
        batch_op.drop_index("ix_busy_interval_time")

    op.drop_table("busy_interval")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_visitor")
        batch_op.drop_index("ix_booking_time")
        batch_op.drop_index(batch_op.f("ix_booking_lead_id"))

    op.drop_table("booking")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_lead_id"))
        batch_op.drop_index(batch_op.f("ix_submission_changed_at"))

    op.drop_table("submission")
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.drop_index("ix_happening_lead_at")
        batch_op.drop_index("ix_happening_kind_at")

    op.drop_table("happening")
    op.drop_table("consultant")
    op.drop_table("account_role")
    op.drop_table("role")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_recipient"))
        batch_op.drop_index(batch_op.f("ix_letter_due_at"))
        batch_op.drop_index(batch_op.f("ix_letter_about"))

    op.drop_table("letter")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_seen_at"))

    op.drop_table("lead")
    op.drop_table("invitation")
    op.drop_table("consult_type")
    op.drop_table("beat")
    op.drop_table("account")
