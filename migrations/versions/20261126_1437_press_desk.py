"""the press desk: parts, clearance, embargo, preview links"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "88b1ae2ddab0"
down_revision = "5f2d1c9a7b34"
branch_labels = None
depends_on = None


def _rows(table: str, *columns: str) -> list[dict[str, Any]]:
    kinds = {"texts", "headlines", "leads", "bodies", "picture_captions", "picture_alternatives", "content"}
    kinds |= {"languages", "alternatives", "released", "sources"}
    source = sa.table(table, *(sa.column(name, sa.JSON() if name in kinds else None) for name in columns))
    return [dict(row) for row in op.get_bind().execute(sa.select(source).order_by(source.c.id)).mappings()]


def _columns(row: dict[str, Any]) -> list[Any]:
    kinds = {dict: sa.JSON(), list: sa.JSON(), datetime: sa.DateTime(timezone=True)}
    return [sa.column(name, kinds.get(type(value))) for name, value in row.items()]


def _insert(table: str, row: dict[str, Any]) -> None:
    op.get_bind().execute(sa.insert(sa.table(table, *_columns(row))).values(row))


def _update(table: str, key: int, row: dict[str, Any]) -> None:
    target = sa.table(table, sa.column("id"), *_columns(row))
    op.get_bind().execute(sa.update(target).where(target.c.id == key).values(row))


def _read_before() -> dict[str, list[dict[str, Any]]]:
    return {
        "summaries": _rows(
            "press_summary",
            "id",
            "meeting_id",
            "headlines",
            "leads",
            "bodies",
            "picture_key",
            "picture_width",
            "picture_height",
            "picture_credit",
            "picture_captions",
            "picture_alternatives",
        ),
        "quotes": _rows(
            "quote",
            "id",
            "summary_id",
            "entry_id",
            "position",
            "texts",
            "cleared_by",
            "cleared_at",
            "cleared_hash",
        ),
        "publications": _rows("publication", "id", "picture_key", "published_at"),
        "texts": _rows("publication_text", "id", "publication_id", "content"),
    }


def _write_after(before: dict[str, list[dict[str, Any]]]) -> None:
    """Take headline, lead, body, picture and quotes apart into blocks."""
    conferences = {row["id"]: row["languages"] for row in _rows("conference", "id", "languages")}
    meetings = {
        row["id"]: conferences[row["conference_id"]][0] for row in _rows("meeting", "id", "conference_id")
    }
    number = 0
    for summary in before["summaries"]:
        language = meetings[summary["meeting_id"]]
        blocks = [
            {"kind": "headline", "texts": summary["headlines"]},
            {"kind": "lead", "texts": summary["leads"]},
            {"kind": "facts", "texts": {}},
        ]
        if summary["picture_key"]:
            blocks.append(
                {"kind": "picture", "texts": summary["picture_captions"], "picture_id": summary["id"]}
            )
            _insert("press_picture", _picture(summary))
        blocks += _paragraphs(summary["bodies"])
        quotes = [one for one in before["quotes"] if one["summary_id"] == summary["id"]]
        blocks += [
            {
                "kind": "quote",
                "texts": one["texts"],
                "entry_id": one["entry_id"],
                "sources": [one["entry_id"]],
                "of": one,
            }
            for one in sorted(quotes, key=lambda one: one["position"])
        ]
        for position, block in enumerate(blocks):
            number += 1
            quote = block.pop("of", None)
            row = {"sources": [], **block, "based_on": {}, "version": 1, "changed_by": ""}
            _insert(
                "press_block",
                {
                    "id": number,
                    "summary_id": summary["id"],
                    "position": position,
                    "language": language,
                    **row,
                },
            )
            if quote is not None and quote["cleared_hash"]:
                _insert("clearance", _clearance(number, quote))
    _publications_after(before)
    _let_count_from("press_block", number)
    _let_count_from("press_picture", max((one["id"] for one in before["summaries"]), default=0))


def _let_count_from(table: str, number: int) -> None:
    """PostgreSQL counts keys by itself, and does not see those that were given."""
    if number and op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {number})")


def _picture(summary: dict[str, Any]) -> dict[str, Any]:
    width, height = summary["picture_width"], summary["picture_height"]
    return {
        "id": summary["id"],
        "summary_id": summary["id"],
        "key": summary["picture_key"],
        "width": width,
        "height": height,
        "print_key": summary["picture_key"],
        "print_width": width,
        "print_height": height,
        "focal_x": 50,
        "focal_y": 50,
        "shape": "whole",
        "alternatives": summary["picture_alternatives"],
        "credit": summary["picture_credit"],
        "rights": "",
        "consent": "",
        "uploaded_by": "",
        "uploaded_at": datetime(2020, 1, 1, tzinfo=UTC),
    }


def _paragraphs(bodies: dict[str, str]) -> list[dict[str, Any]]:
    """Put the n-th paragraphs of all languages together, as the draft wrote them."""
    parted = {code: [one for one in words.split("\n\n") if one.strip()] for code, words in bodies.items()}
    return [
        {
            "kind": "paragraph",
            "texts": {code: found[place] for code, found in parted.items() if place < len(found)},
        }
        for place in range(max((len(found) for found in parted.values()), default=0))
    ]


def _clearance(block_id: int, quote: dict[str, Any]) -> dict[str, Any]:
    plain = json.dumps(dict(sorted(quote["texts"].items())), ensure_ascii=False, separators=(",", ":"))
    holds = hashlib.sha256(plain.encode()).hexdigest() == quote["cleared_hash"]
    return {
        "block_id": block_id,
        "state": "released" if holds else "obsolete",
        "words": quote["texts"],
        "released": quote["texts"] if holds else {},
        "asked_by": "",
        "asked_at": _instant(quote["cleared_at"]),
        "answered_by": quote["cleared_by"],
        "answered_at": _instant(quote["cleared_at"]),
        "told": quote["cleared_by"],
        "note": "",
    }


def _instant(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _publications_after(before: dict[str, list[dict[str, Any]]]) -> None:
    pictures = {one["id"]: one["picture_key"] for one in before["publications"]}
    instants = {one["id"]: _instant(one["published_at"]) for one in before["publications"]}
    for text in before["texts"]:
        key = text["publication_id"]
        content = _content_after(text["content"], pictures[key], instants[key])
        _update("publication_text", text["id"], {"content": content})


def _content_after(old: dict[str, Any], picture_key: str, instant: datetime) -> dict[str, Any]:
    nothing = {"words": "", "language": "", "quote": None, "picture": None}
    parts: list[dict[str, Any]] = []
    if old["picture"]:
        picture = {
            **old["picture"],
            "rights": "",
            "key": picture_key,
            "print_key": picture_key,
            "print_width": old["picture"]["width"],
            "print_height": old["picture"]["height"],
            "focal_x": 50,
            "focal_y": 50,
            "shape": "whole",
        }
        parts.append({**nothing, "kind": "picture", "picture": picture})
    quotes = [{**nothing, "kind": "quote", "quote": one} for one in old["quotes"]]
    for place, words in enumerate(old["paragraphs"]):
        parts.append({**nothing, "kind": "paragraph", "words": words})
        parts += quotes[:1] if place == 0 else []
    parts += quotes[1:] if old["paragraphs"] else quotes
    kept = {name: value for name, value in old.items() if name not in {"picture", "quotes", "paragraphs"}}
    stamp = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**kept, "parts": parts, "free_at": stamp, "cities": []}


def _keep_published() -> None:
    """Let the database itself refuse to change a text that has its PDF."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER keep_published BEFORE UPDATE ON publication_text WHEN OLD.pdf_sha256 <> '' "
            "BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION keep_published() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'a published version never changes'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER keep_published BEFORE UPDATE ON publication_text FOR EACH ROW "
        "WHEN (OLD.pdf_sha256 <> '') EXECUTE FUNCTION keep_published()"
    )


def _let_change() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER keep_published")
        return
    op.execute("DROP TRIGGER keep_published ON publication_text")
    op.execute("DROP FUNCTION keep_published")


def _read_after() -> dict[str, list[dict[str, Any]]]:
    return {
        "blocks": _rows(
            "press_block", "id", "summary_id", "kind", "position", "texts", "entry_id", "picture_id"
        ),
        "pictures": _rows("press_picture", "id", "key", "width", "height", "credit", "alternatives"),
        "clearances": _rows("clearance", "id", "block_id", "state", "released", "answered_by", "answered_at"),
        "texts": _rows("publication_text", "id", "publication_id", "content"),
    }


def _write_before(after: dict[str, list[dict[str, Any]]]) -> None:
    """Put the blocks together again: the first picture, all paragraphs, the quotes with their release."""
    summaries: dict[int, list[dict[str, Any]]] = {}
    for block in sorted(after["blocks"], key=lambda one: (one["position"], one["id"])):
        summaries.setdefault(block["summary_id"], []).append(block)
    pictures = {one["id"]: one for one in after["pictures"]}
    released = {one["block_id"]: one for one in after["clearances"]}
    for key, blocks in summaries.items():
        row: dict[str, Any] = {"bodies": _bodies(blocks)}
        for block in blocks:
            if block["kind"] in {"headline", "lead"}:
                row[f"{block['kind']}s"] = block["texts"]
            if block["kind"] == "picture" and "picture_key" not in row:
                row |= _picture_before(pictures[block["picture_id"]], block["texts"])
            if block["kind"] == "quote":
                _insert("quote", _quote_before(block, released.get(block["id"])))
        _update("press_summary", key, row)
    for text in after["texts"]:
        content, picture_key = _content_before(text["content"])
        _update("publication_text", text["id"], {"content": content})
        _update("publication", text["publication_id"], {"picture_key": picture_key})


def _bodies(blocks: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for block in blocks:
        if block["kind"] in {"paragraph", "box"}:
            for code, words in block["texts"].items():
                found.setdefault(code, []).append(words)
    return {code: "\n\n".join(words) for code, words in found.items()}


def _picture_before(picture: dict[str, Any], captions: dict[str, str]) -> dict[str, Any]:
    return {
        "picture_key": picture["key"],
        "picture_width": picture["width"],
        "picture_height": picture["height"],
        "picture_credit": picture["credit"],
        "picture_captions": captions,
        "picture_alternatives": picture["alternatives"],
    }


def _quote_before(block: dict[str, Any], clearance: dict[str, Any] | None) -> dict[str, Any]:
    row = {
        "summary_id": block["summary_id"],
        "entry_id": block["entry_id"],
        "position": block["position"],
        "texts": block["texts"],
        "cleared_by": "",
        "cleared_hash": "",
    }
    if clearance is None or clearance["released"] != block["texts"]:
        return row
    plain = json.dumps(dict(sorted(block["texts"].items())), ensure_ascii=False, separators=(",", ":"))
    return {
        **row,
        "cleared_by": clearance["answered_by"],
        "cleared_at": _instant(clearance["answered_at"]),
        "cleared_hash": hashlib.sha256(plain.encode()).hexdigest(),
    }


def _content_before(new: dict[str, Any]) -> tuple[dict[str, Any], str]:
    pictures = [part["picture"] for part in new["parts"] if part["picture"]]
    first = pictures[0] if pictures else None
    names = ("caption", "alternative", "credit", "width", "height")
    kept = {name: value for name, value in new.items() if name not in {"parts", "free_at", "cities"}}
    old = {
        **kept,
        "paragraphs": [part["words"] for part in new["parts"] if part["kind"] in {"paragraph", "box"}],
        "quotes": [part["quote"] for part in new["parts"] if part["quote"]],
        "picture": {name: first[name] for name in names} if first else None,
    }
    return old, first["key"] if first else ""


def upgrade() -> None:
    before = _read_before()
    op.create_table(
        "press_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("summary_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("print_key", sa.String(length=120), nullable=False),
        sa.Column("print_width", sa.Integer(), nullable=False),
        sa.Column("print_height", sa.Integer(), nullable=False),
        sa.Column("focal_x", sa.Integer(), nullable=False),
        sa.Column("focal_y", sa.Integer(), nullable=False),
        sa.Column(
            "shape",
            sa.Enum(
                "whole",
                "classic",
                "wide",
                "square",
                name="pictureshape",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("alternatives", sa.JSON(), nullable=False),
        sa.Column("credit", sa.String(length=200), nullable=False),
        sa.Column("rights", sa.String(length=500), nullable=False),
        sa.Column("consent", sa.String(length=500), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("focal_x BETWEEN 0 AND 100", name=op.f("ck_press_picture_focal_x")),
        sa.CheckConstraint("focal_y BETWEEN 0 AND 100", name=op.f("ck_press_picture_focal_y")),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["press_summary.id"],
            name=op.f("fk_press_picture_summary_id_press_summary"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_picture")),
    )
    with op.batch_alter_table("press_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_press_picture_summary_id"), ["summary_id"], unique=False)

    op.create_table(
        "press_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("summary_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "headline",
                "lead",
                "facts",
                "paragraph",
                "quote",
                "picture",
                "box",
                name="blockkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("based_on", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("picture_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'picture') = (picture_id IS NOT NULL)", name=op.f("ck_press_block_picture")
        ),
        sa.CheckConstraint("(kind = 'quote') = (entry_id IS NOT NULL)", name=op.f("ck_press_block_entry")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_press_block_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["press_picture.id"], name=op.f("fk_press_block_picture_id_press_picture")
        ),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["press_summary.id"],
            name=op.f("fk_press_block_summary_id_press_summary"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_block")),
        sa.UniqueConstraint("summary_id", "entry_id", name=op.f("uq_press_block_summary_id_entry_id")),
    )
    with op.batch_alter_table("press_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_press_block_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_press_block_picture_id"), ["picture_id"], unique=False)
        batch_op.create_index(
            "uq_press_block_fixed",
            ["summary_id", "kind"],
            unique=True,
            sqlite_where=sa.text("kind IN ('headline', 'lead', 'facts')"),
            postgresql_where=sa.text("kind IN ('headline', 'lead', 'facts')"),
        )

    op.create_table(
        "preview_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_preview_link_publication_id_publication"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_link")),
    )
    with op.batch_alter_table("preview_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preview_link_publication_id"), ["publication_id"], unique=False)

    op.create_table(
        "clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("block_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "released",
                "changed",
                "refused",
                "obsolete",
                name="clearancestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("released", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"],
            ["press_block.id"],
            name=op.f("fk_clearance_block_id_press_block"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance")),
    )
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clearance_block_id"), ["block_id"], unique=False)
        batch_op.create_index("ix_clearance_state", ["state"], unique=False)

    op.create_table(
        "preview_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["preview_link.id"],
            name=op.f("fk_preview_visit_link_id_preview_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_visit")),
    )
    with op.batch_alter_table("preview_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preview_visit_link_id"), ["link_id"], unique=False)

    op.drop_table("quote")
    with op.batch_alter_table("conference", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("second_pair_of_eyes", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("press_summary", schema=None) as batch_op:
        batch_op.drop_column("picture_alternatives")
        batch_op.drop_column("version")
        batch_op.drop_column("picture_height")
        batch_op.drop_column("leads")
        batch_op.drop_column("headlines")
        batch_op.drop_column("picture_key")
        batch_op.drop_column("bodies")
        batch_op.drop_column("picture_credit")
        batch_op.drop_column("picture_width")
        batch_op.drop_column("picture_captions")

    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stage", sa.String(length=32), nullable=False, server_default="proposed")
        )
        batch_op.add_column(sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("proposed_by", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("proposer_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("released_by", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("embargo_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("lifted_by", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("visible_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("withdrawn_by", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("withdrawal", sa.JSON(), nullable=False, server_default="{}"))
    op.execute(
        "UPDATE publication SET stage = 'released', proposed_at = published_at, proposed_by = published_by, "
        "released_at = published_at, released_by = published_by, visible_at = published_at"
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.alter_column("proposed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_publication_publicationstage"), "stage IN ('proposed', 'released')"
        )
        batch_op.create_check_constraint(
            op.f("ck_publication_visible"), "(stage = 'released') = (visible_at IS NOT NULL)"
        )
        batch_op.drop_index(batch_op.f("ix_publication_published_at"))
        batch_op.create_index(batch_op.f("ix_publication_visible_at"), ["visible_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_publication_proposer_id_user"),
            "user",
            ["proposer_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_column("picture_key")
        batch_op.drop_column("published_by")
        batch_op.drop_column("published_at")

    with op.batch_alter_table("publication_text", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("rendered_sha256", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.create_index(batch_op.f("ix_publication_text_pdf_sha256"), ["pdf_sha256"], unique=False)
        batch_op.drop_constraint(
            batch_op.f("fk_publication_text_publication_id_publication"), type_="foreignkey"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_publication_text_publication_id_publication"),
            "publication",
            ["publication_id"],
            ["id"],
            ondelete="CASCADE",
        )

    _write_after(before)
    _keep_published()


def downgrade() -> None:
    _let_change()
    after = _read_after()
    with op.batch_alter_table("publication_text", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_publication_text_publication_id_publication"), type_="foreignkey"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_publication_text_publication_id_publication"),
            "publication",
            ["publication_id"],
            ["id"],
        )
        batch_op.drop_index(batch_op.f("ix_publication_text_pdf_sha256"))
        batch_op.drop_column("rendered_sha256")

    # What was never public has no place in the former tables.
    op.execute(
        "DELETE FROM publication_text WHERE publication_id IN (SELECT id FROM publication WHERE visible_at IS NULL)"
    )
    op.execute("DELETE FROM preview_visit")
    op.execute("DELETE FROM preview_link")
    op.execute("DELETE FROM publication WHERE visible_at IS NULL")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("published_by", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("picture_key", sa.String(length=120), nullable=False, server_default="")
        )
    op.execute("UPDATE publication SET published_at = visible_at, published_by = released_by")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.alter_column("published_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_constraint(op.f("ck_publication_publicationstage"), type_="check")
        batch_op.drop_constraint(op.f("ck_publication_visible"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_publication_proposer_id_user"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_publication_visible_at"))
        batch_op.create_index(batch_op.f("ix_publication_published_at"), ["published_at"], unique=False)
        for name in (
            "withdrawal",
            "withdrawn_by",
            "withdrawn_at",
            "visible_at",
            "lifted_by",
            "embargo_until",
            "released_by",
            "released_at",
            "proposer_id",
            "proposed_by",
            "proposed_at",
            "stage",
        ):
            batch_op.drop_column(name)

    with op.batch_alter_table("press_summary", schema=None) as batch_op:
        batch_op.add_column(sa.Column("picture_captions", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("picture_width", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("picture_credit", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("bodies", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("picture_key", sa.String(length=120), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("headlines", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("leads", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("picture_height", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("picture_alternatives", sa.JSON(), nullable=False, server_default="{}"))

    with op.batch_alter_table("conference", schema=None) as batch_op:
        batch_op.drop_column("second_pair_of_eyes")

    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("summary_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("cleared_by", sa.String(length=300), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_quote_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["press_summary.id"],
            name=op.f("fk_quote_summary_id_press_summary"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("summary_id", "entry_id", name=op.f("uq_quote_summary_id_entry_id")),
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_entry_id"), ["entry_id"], unique=False)

    with op.batch_alter_table("preview_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preview_visit_link_id"))

    op.drop_table("preview_visit")
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.drop_index("ix_clearance_state")
        batch_op.drop_index(batch_op.f("ix_clearance_block_id"))

    op.drop_table("clearance")
    with op.batch_alter_table("preview_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preview_link_publication_id"))

    op.drop_table("preview_link")
    with op.batch_alter_table("press_block", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_press_block_fixed",
            sqlite_where=sa.text("kind IN ('headline', 'lead', 'facts')"),
            postgresql_where=sa.text("kind IN ('headline', 'lead', 'facts')"),
        )
        batch_op.drop_index(batch_op.f("ix_press_block_picture_id"))
        batch_op.drop_index(batch_op.f("ix_press_block_entry_id"))

    op.drop_table("press_block")
    with op.batch_alter_table("press_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_press_picture_summary_id"))

    op.drop_table("press_picture")
    _write_before(after)
