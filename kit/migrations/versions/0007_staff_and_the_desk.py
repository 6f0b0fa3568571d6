"""Staff: second factor, passkeys, sessions, the log. Leads: owner, words, merges, the funnel, webhooks."""

import json
import re
import unicodedata
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from kit.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

HAPPENINGS = (
    *("assessment taken", "report asked for", "report sent", "consult booked", "consult moved", "consult cancelled"),
    *("consult held", "consult missed", "call-back asked for", "subscribed", "note", "stage"),
    *("times asked for", "times offered", "times withdrawn", "move asked for"),
    *("check-in begun", "check-in answered", "check-in stopped"),
)
MORE_HAPPENINGS = ("owner", "merged")
SQLITE_APPEND_ONLY = tuple(
    f"CREATE TRIGGER audit_entry_{act.lower()} BEFORE {act} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    for act in ("UPDATE", "DELETE")
)
POSTGRESQL_APPEND_ONLY = (
    "CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the log is only added to'; END $$",
    "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_stays()",
)


def upgrade() -> None:
    _let_happen(*HAPPENINGS, *MORE_HAPPENINGS)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "signed in",
                "ended a session",
                "was locked out for a while",
                "changed the password",
                "turned the second factor on",
                "turned the second factor off",
                "added a passkey",
                "removed a passkey",
                "invited somebody",
                "withdrew an invitation",
                "made their account",
                "changed a role",
                "closed an account",
                "opened an account again",
                "handed out a person’s record",
                "handed out a table of leads",
                "merged two leads",
                "erased a person",
                "set a webhook",
                "removed a webhook",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("details", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)

    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_address_hash"), ["address_hash"], unique=False)

    op.create_table(
        "funnel_count",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "story read",
                "assessment started",
                "assessment finished",
                "report sent",
                "consult booked",
                "consult held",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("story", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", "step", "story", "source", name=op.f("pk_funnel_count")),
    )
    with op.batch_alter_table("funnel_count", schema=None) as batch_op:
        batch_op.create_index("ix_funnel_count_step_week", ["step", "week"], unique=False)

    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=800), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_until", UtcDateTime(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_wrong_tries")),
    )
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrong_tries_last_at"), ["last_at"], unique=False)

    op.create_table(
        "lead_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=600), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_lead_view_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_view")),
    )
    with op.batch_alter_table("lead_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_view_account_id"), ["account_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("extensions", sa.Text(), nullable=True),
        sa.Column("lastuse_datetime", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_passkey_user_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "signed_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_signed_in_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_signed_in_secret_hash")),
    )
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signed_in_account_id"), ["account_id"], unique=False)

    op.create_table(
        "lead_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_typed", sa.String(length=254), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_alias_lead_id_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_alias")),
        sa.UniqueConstraint("address", name=op.f("uq_lead_alias_address")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lead_alias_public_id")),
    )
    with op.batch_alter_table("lead_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_alias_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "lead_word",
        sa.Column(
            "word", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_word_lead_id_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("word", "lead_id", name=op.f("pk_lead_word")),
    )
    with op.batch_alter_table("lead_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_word_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "delivered",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_webhook_delivery_lead_id_lead"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "message_id", name=op.f("uq_webhook_delivery_webhook_id_message_id")),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_delivery_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index("ix_webhook_delivery_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_webhook_delivery_webhook_id"), ["webhook_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("tf_primary_method", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("tf_totp_secret", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("tf_phone_number", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("tf_last_step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mf_recovery_codes", sa.JSON(), nullable=True))
        batch_op.create_index("ix_account_webauthn_handle", ["fs_webauthn_user_handle"], unique=True)

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("invited_by", sa.String(length=120), nullable=False, server_default=""))

    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("called", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("band", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("story", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("source", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("has_consult", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("call_back_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("call_back_asked_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_lead_band_seen_at", ["band", "seen_at"], unique=False)
        batch_op.create_index("ix_lead_called", ["called"], unique=False)
        batch_op.create_index("ix_lead_call_back_on", ["call_back_on"], unique=False)
        batch_op.create_index("ix_lead_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_lead_has_consult_seen_at", ["has_consult", "seen_at"], unique=False)
        batch_op.create_index("ix_lead_owner_id_seen_at", ["owner_id", "seen_at"], unique=False)
        batch_op.create_index("ix_lead_source_seen_at", ["source", "seen_at"], unique=False)
        batch_op.create_index("ix_lead_stage_seen_at", ["stage", "seen_at"], unique=False)
        batch_op.create_index("ix_lead_story_seen_at", ["story", "seen_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_lead_owner_id_account"), "account", ["owner_id"], ["id"], ondelete="SET NULL"
        )

    _let_the_log_grow_only()
    _tell_leads_what_their_timelines_say()


def _let_happen(*kinds: str) -> None:
    """Let the timeline of a lead take these kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_happening_happeningkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_happening_happeningkind"), f"kind IN ({listed})")


def _let_the_log_grow_only() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_APPEND_ONLY if sqlite else POSTGRESQL_APPEND_ONLY:
        op.execute(statement)


NAMED = ("name", "called", "address", "company", "phone", "band", "story", "source")
LEAD = sa.table(
    "lead",
    sa.column("id", sa.Integer),
    *(sa.column(name, sa.String) for name in NAMED),
    sa.column("last_touch", sa.JSON),
    sa.column("has_consult", sa.Boolean),
    sa.column("call_back_on", sa.Date),
    sa.column("call_back_asked_at", UtcDateTime),
)
HAPPENING = sa.table(
    "happening",
    sa.column("id", sa.Integer),
    sa.column("lead_id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("at", UtcDateTime),
    sa.column("facts", sa.JSON),
)
WORD = sa.table("lead_word", sa.column("word", sa.String), sa.column("lead_id", sa.Integer))
TOLD = ("assessment taken", "consult booked", "consult held", "call-back asked for", "note", "times offered")


def _tell_leads_what_their_timelines_say() -> None:
    """What lists ask a lead for was asked of its timeline until now."""
    connection = op.get_bind()
    for lead in connection.execute(sa.select(LEAD)).mappings().all():
        chosen = sa.select(HAPPENING).where(HAPPENING.c.lead_id == lead["id"], HAPPENING.c.kind.in_(TOLD))
        happened = connection.execute(chosen.order_by(HAPPENING.c.at, HAPPENING.c.id)).mappings().all()
        connection.execute(LEAD.update().where(LEAD.c.id == lead["id"]).values(**_summed_up(lead, happened)))
        words = _words(lead, happened)
        if words:
            connection.execute(WORD.insert(), [{"word": word, "lead_id": lead["id"]} for word in sorted(words)])


def _summed_up(lead: Any, happened: Any) -> dict[str, Any]:
    touch = _mapping(lead["last_touch"])
    found: dict[str, Any] = {"story": str(touch.get("story", ""))[:200], "source": _source(touch)}
    found["called"] = _plain(lead["name"] or lead["address"])[:120]
    for entry in happened:
        facts = _mapping(entry["facts"])
        if entry["kind"] == "assessment taken":
            found["band"] = str(facts.get("band", ""))[:80]
        if entry["kind"] == "consult booked":
            found["has_consult"] = True
        if entry["kind"] == "call-back asked for":
            found |= {"call_back_on": date.fromisoformat(facts["due"]), "call_back_asked_at": entry["at"]}
        elif entry["kind"] != "assessment taken":
            found |= {"call_back_on": None, "call_back_asked_at": None}
    return found


def _source(touch: dict[str, Any]) -> str:
    campaign = {str(name): str(value) for name, value in touch.get("utm", ())}.get("utm_source", "")
    host = (urlsplit(str(touch.get("referrer", ""))).hostname or "").removeprefix("www.")
    source = campaign.strip().lower() or host
    return source if re.fullmatch(r"[a-z0-9._-]{1,60}", source) else ("other" if source else "")


def _words(lead: Any, happened: Any) -> set[str]:
    texts = [lead["name"], lead["address"], lead["company"], re.sub(r"[^0-9]", "", lead["phone"])]
    texts += [str(_mapping(entry["facts"]).get("text", "")) for entry in happened if entry["kind"] == "note"]
    return {word[:40] for word in re.findall(r"[^\W_]+", _plain(" ".join(texts)))}


def _plain(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))


def _mapping(stored: Any) -> dict[str, Any]:
    return dict(json.loads(stored) if isinstance(stored, str) else stored or {})


def downgrade() -> None:
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_lead_owner_id_account"), type_="foreignkey")
        batch_op.drop_index("ix_lead_story_seen_at")
        batch_op.drop_index("ix_lead_stage_seen_at")
        batch_op.drop_index("ix_lead_source_seen_at")
        batch_op.drop_index("ix_lead_owner_id_seen_at")
        batch_op.drop_index("ix_lead_has_consult_seen_at")
        batch_op.drop_index("ix_lead_created_at")
        batch_op.drop_index("ix_lead_call_back_on")
        batch_op.drop_index("ix_lead_called")
        batch_op.drop_index("ix_lead_band_seen_at")
        batch_op.drop_column("call_back_asked_at")
        batch_op.drop_column("call_back_on")
        batch_op.drop_column("has_consult")
        batch_op.drop_column("source")
        batch_op.drop_column("story")
        batch_op.drop_column("band")
        batch_op.drop_column("revision")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("called")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_column("invited_by")
        batch_op.drop_column("email")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index("ix_account_webauthn_handle")
        batch_op.drop_column("mf_recovery_codes")
        batch_op.drop_column("tf_last_step")
        batch_op.drop_column("tf_phone_number")
        batch_op.drop_column("tf_totp_secret")
        batch_op.drop_column("tf_primary_method")
        batch_op.drop_column("fs_webauthn_user_handle")

    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_delivery_webhook_id"))
        batch_op.drop_index("ix_webhook_delivery_state_due_at")
        batch_op.drop_index(batch_op.f("ix_webhook_delivery_lead_id"))

    op.drop_table("webhook_delivery")
    with op.batch_alter_table("lead_word", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_word_lead_id"))

    op.drop_table("lead_word")
    with op.batch_alter_table("lead_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_alias_lead_id"))

    op.drop_table("lead_alias")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signed_in_account_id"))

    op.drop_table("signed_in")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_user_id"))

    op.drop_table("passkey")
    with op.batch_alter_table("lead_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_view_account_id"))

    op.drop_table("lead_view")
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrong_tries_last_at"))

    op.drop_table("wrong_tries")
    op.drop_table("webhook")
    with op.batch_alter_table("funnel_count", schema=None) as batch_op:
        batch_op.drop_index("ix_funnel_count_step_week")

    op.drop_table("funnel_count")
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasure_address_hash"))

    op.drop_table("erasure")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_account_id"))

    op.drop_table("audit_entry")

    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_stays()")
    op.execute("DELETE FROM happening WHERE kind IN ('owner', 'merged')")
    _let_happen(*HAPPENINGS)
