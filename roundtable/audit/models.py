"""The entries of the audit log, what they say in detail, and the end of the chain."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from roundtable.db import Base


class AuditEntry(Base):
    """That something was done. The database itself refuses to change or remove an entry.

    `id` counts without a gap and is part of what `hash` covers (see `chain.Link`). Nothing here
    names a person: `actor` is `user/3`, `contact/12`, `visitor`, `program` or a command. Rows of other tables
    are named, not referred to: an entry outlives what it is about.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_conference", "conference_id", "id"),
        Index("ix_audit_entry_subject", "subject", "id"),
        Index("ix_audit_entry_actor", "actor", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(60))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    conference_id: Mapped[int | None]
    detail_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditDetail(Base):
    """What an entry says in detail: `content` is JSON. Erased on its own, for people and by retention."""

    __tablename__ = "audit_detail"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    content: Mapped[str] = mapped_column(Text)


class AuditHead(Base):
    """The end of the chain: how many entries there are, and the hash of the last. Always one row.

    Writers wait for each other here, and entries cut off at the end show.
    """

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
