"""agendas that are released"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "6e25eebaffa2"
down_revision = "201b6ce93957"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_agenda_pattern_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_pattern")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_agenda_pattern_user_id_name")),
    )
    op.create_table(
        "agenda_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=200), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_agenda_release_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_release")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_agenda_release_meeting_id_number")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("speakers", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("internal_notes", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("fixed_time", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("buffer_minutes", sa.Integer(), nullable=False, server_default="0"))
        # What stands there was ordered by the guest list and, maybe, by hand: no rule shall undo that.
        batch_op.add_column(
            sa.Column("order_rule", sa.String(length=32), nullable=False, server_default="by-hand")
        )
        batch_op.add_column(
            sa.Column("order_language", sa.String(length=8), nullable=False, server_default="en")
        )
        batch_op.add_column(sa.Column("order_seed", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(
            op.f("ck_agenda_item_speakingrule"),
            "order_rule IN ('host-first', 'alphabetical', 'seniority', 'alternating', 'lot', 'by-hand')",
        )
        batch_op.create_check_constraint(op.f("ck_agenda_item_buffer"), "buffer_minutes BETWEEN 0 AND 240")

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_office_since", sa.Date(), nullable=True))

    with op.batch_alter_table("speaking_slot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_pinned", sa.Boolean(), nullable=False, server_default=sa.false()))

    _release_what_guests_see()


def _release_what_guests_see() -> None:
    """Until now guests saw every agenda as it stood; that becomes its first released version."""
    bind = op.get_bind()
    item = sa.table(
        "agenda_item",
        *(sa.column(name) for name in ("id", "meeting_id", "position", "kind", "duration_minutes")),
        sa.column("titles", sa.JSON()),
        sa.column("details", sa.JSON()),
    )
    slot = sa.table(
        "speaking_slot",
        *(sa.column(name) for name in ("id", "item_id", "participant_id", "position", "minutes")),
    )
    release = sa.table(
        "agenda_release",
        sa.column("meeting_id"),
        sa.column("number"),
        sa.column("released_at", sa.DateTime(timezone=True)),
        sa.column("released_by"),
        sa.column("items", sa.JSON()),
    )
    slots: dict[int, list[sa.Row[Any]]] = {}
    for one in bind.execute(sa.select(slot).order_by(slot.c.position, slot.c.id)):
        slots.setdefault(one.item_id, []).append(one)
    agendas: dict[int, list[dict[str, Any]]] = {}
    for one in bind.execute(sa.select(item).order_by(item.c.meeting_id, item.c.position, item.c.id)):
        agenda = agendas.setdefault(one.meeting_id, [])
        starts = agenda[-1]["starts"] + agenda[-1]["minutes"] if agenda else 0
        released, follows = [], starts
        for each in slots.get(one.id, []):
            released.append(
                {"participant_id": each.participant_id, "starts": follows, "minutes": each.minutes}
            )
            follows += each.minutes
        agenda.append(
            {
                "key": one.id,
                "kind": one.kind,
                "titles": one.titles,
                "details": one.details,
                "speakers": "",
                "starts": starts,
                "minutes": one.duration_minutes,
                "slots": released,
            }
        )
    now = datetime.now(UTC)
    for meeting_id, items in agendas.items():
        values = {
            "meeting_id": meeting_id,
            "number": 1,
            "released_at": now,
            "released_by": "",
            "items": items,
        }
        bind.execute(release.insert().values(**values))


def downgrade() -> None:
    with op.batch_alter_table("speaking_slot", schema=None) as batch_op:
        batch_op.drop_column("is_pinned")

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_column("in_office_since")

    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_agenda_item_speakingrule"), type_="check")
        batch_op.drop_constraint(op.f("ck_agenda_item_buffer"), type_="check")
        batch_op.drop_column("order_seed")
        batch_op.drop_column("order_language")
        batch_op.drop_column("order_rule")
        batch_op.drop_column("buffer_minutes")
        batch_op.drop_column("fixed_time")
        batch_op.drop_column("internal_notes")
        batch_op.drop_column("speakers")

    op.drop_table("agenda_release")
    op.drop_table("agenda_pattern")
