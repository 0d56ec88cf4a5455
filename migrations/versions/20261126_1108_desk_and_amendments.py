"""desk and amendments"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "218f00b0e7f1"
down_revision = "d9429e0972e7"
branch_labels = None
depends_on = None


_CIRCULATED = {"circulated_at": "stage <> 'circulated' OR circulated_at IS NOT NULL"}


@contextmanager
def _changing_minutes(stages: str, **more: str) -> Iterator[BatchOperations]:
    """Change the table of minutes and the CHECKs on it; SQLite copies the table for that."""
    checks = {
        "approved_at": "(stage = 'approved') = (approved_at IS NOT NULL)",
        "minutesstage": f"stage IN ({stages})",
        **more,
    }
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        copy = sa.Table("minutes", sa.MetaData(), autoload_with=connection)
        for constraint in [one for one in copy.constraints if isinstance(one, sa.CheckConstraint)]:
            copy.constraints.discard(constraint)
        named = [sa.CheckConstraint(sql, name=op.f(f"ck_minutes_{name}")) for name, sql in checks.items()]
        with op.batch_alter_table("minutes", copy_from=copy, recreate="always", table_args=named) as batch_op:
            yield batch_op
        return
    for present in sa.inspect(connection).get_check_constraints("minutes"):
        op.drop_constraint(op.f(present["name"]), "minutes", type_="check")
    with op.batch_alter_table("minutes") as batch_op:
        yield batch_op
    for name, sql in checks.items():
        op.create_check_constraint(op.f(f"ck_minutes_{name}"), "minutes", sql)


def _name_entries() -> None:
    """Give every entry a key of its own, and say of decisions that they were taken by consensus."""
    connection = op.get_bind()
    entry = sa.table(
        "entry",
        sa.column("id"),
        sa.column("key"),
        sa.column("kind"),
        sa.column("adoption"),
        sa.column("begun_at"),
        sa.column("written_at"),
    )
    for (entry_id,) in connection.execute(sa.select(entry.c.id)).all():
        connection.execute(
            entry.update().where(entry.c.id == entry_id).values(key=str(uuid4()), begun_at=entry.c.written_at)
        )
    connection.execute(entry.update().where(entry.c.kind == "decision").values(adoption="consensus"))


def _hash_common_parts() -> None:
    """Hash the common part of every record that is sealed: its canonical JSON, as RFC 8785 writes it."""
    connection = op.get_bind()
    minutes = sa.table("minutes", sa.column("id"), sa.column("sealed", sa.JSON()), sa.column("common_hash"))
    for row in connection.execute(sa.select(minutes)).all():
        if row.sealed is None:
            continue
        common = {
            **row.sealed,
            "items": [
                {**item, "entries": [entry for entry in item["entries"] if entry["on_record"]]}
                for item in row.sealed["items"]
            ],
        }
        plain = json.dumps(common, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        connection.execute(
            minutes.update()
            .where(minutes.c.id == row.id)
            .values(common_hash=hashlib.sha256(plain.encode()).hexdigest())
        )


def _seal() -> None:
    """Let the database itself refuse to change the minutes once they are approved."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER keep_sealed BEFORE UPDATE ON minutes WHEN OLD.stage = 'approved' "
            "BEGIN SELECT RAISE(ABORT, 'the record is sealed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION keep_sealed() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'the record is sealed'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER keep_sealed BEFORE UPDATE ON minutes FOR EACH ROW "
        "WHEN (OLD.stage = 'approved') EXECUTE FUNCTION keep_sealed()"
    )


def _unseal() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER keep_sealed")
        return
    op.execute("DROP TRIGGER keep_sealed ON minutes")
    op.execute("DROP FUNCTION keep_sealed")


def upgrade() -> None:
    op.create_table(
        "item_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_item_run_item_id_agenda_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_item_run_minutes_id_minutes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_run")),
        sa.UniqueConstraint("minutes_id", "item_id", name=op.f("uq_item_run_minutes_id_item_id")),
    )
    with op.batch_alter_table("item_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_run_item_id"), ["item_id"], unique=False)

    op.create_table(
        "record_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum(
                "circulated",
                "approved",
                name="occasion",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["minutes_id"],
            ["minutes.id"],
            name=op.f("fk_record_version_minutes_id_minutes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_version")),
        sa.UniqueConstraint("minutes_id", "number", name=op.f("uq_record_version_minutes_id_number")),
    )
    op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "speaking",
                "paused",
                "spoken",
                "skipped",
                name="turnstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_extra", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(state = 'speaking') = (since IS NOT NULL)", name=op.f("ck_turn_clock_runs_while_speaking")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 120", name=op.f("ck_turn_minutes")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_turn_item_id_agenda_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_turn_minutes_id_minutes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_turn_participant_id_participant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turn_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_minutes_id"), ["minutes_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "action_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in-progress",
                "done",
                "dropped",
                name="actionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_action_report_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_report")),
    )
    with op.batch_alter_table("action_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_report_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_amendment_entry_id_entry")),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_amendment_minutes_id_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("minutes_id", "number", name=op.f("uq_amendment_minutes_id_number")),
    )
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "entry_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("desk", sa.String(length=36), nullable=False),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_entry_version_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_version")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_entry_version_entry_id_version")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("came_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("based_on", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("adoption", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("votes_for", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("votes_against", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("abstentions", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("change", sa.Integer(), nullable=False, server_default="0"))
    _name_entries()
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.alter_column("key", existing_type=sa.String(length=36), nullable=False)
        batch_op.alter_column("begun_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_index(batch_op.f("ix_entry_minutes_id"))
        batch_op.create_unique_constraint(batch_op.f("uq_entry_minutes_id_key"), ["minutes_id", "key"])
        batch_op.create_check_constraint(op.f("ck_entry_adoption"), "adoption IN ('consensus', 'vote')")
        batch_op.create_check_constraint(
            op.f("ck_entry_decision_has_adoption"), "(kind = 'decision') = (adoption IS NOT NULL)"
        )

    with _changing_minutes("'draft', 'circulated', 'approved'", **_CIRCULATED) as batch_op:
        batch_op.add_column(sa.Column("last_change", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("circulated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("corrections_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("adopts_by_silence", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("common_hash", sa.String(length=64), nullable=False, server_default=""))
    _hash_common_parts()
    _seal()


def downgrade() -> None:
    _unseal()
    op.execute("UPDATE minutes SET stage = 'draft' WHERE stage = 'circulated'")
    op.execute("DELETE FROM entry WHERE removed_at IS NOT NULL")
    with _changing_minutes("'draft', 'approved'") as batch_op:
        batch_op.drop_column("common_hash")
        batch_op.drop_column("adopts_by_silence")
        batch_op.drop_column("corrections_until")
        batch_op.drop_column("circulated_at")
        batch_op.drop_column("last_change")

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_entry_adoption"), type_="check")
        batch_op.drop_constraint(op.f("ck_entry_decision_has_adoption"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_entry_minutes_id_key"), type_="unique")
        batch_op.create_index(batch_op.f("ix_entry_minutes_id"), ["minutes_id"], unique=False)
        batch_op.drop_column("change")
        batch_op.drop_column("removed_at")
        batch_op.drop_column("begun_at")
        batch_op.drop_column("abstentions")
        batch_op.drop_column("votes_against")
        batch_op.drop_column("votes_for")
        batch_op.drop_column("adoption")
        batch_op.drop_column("based_on")
        batch_op.drop_column("key")

    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_column("left_at")
        batch_op.drop_column("came_at")

    op.drop_table("entry_version")
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_amendment_entry_id"))

    op.drop_table("amendment")
    with op.batch_alter_table("action_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_report_entry_id"))

    op.drop_table("action_report")
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turn_participant_id"))
        batch_op.drop_index(batch_op.f("ix_turn_minutes_id"))
        batch_op.drop_index(batch_op.f("ix_turn_item_id"))

    op.drop_table("turn")
    op.drop_table("record_version")
    with op.batch_alter_table("item_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_run_item_id"))

    op.drop_table("item_run")
