"""Files that wait for their import, and what each import has done."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.accounts.models import User
from roundtable.conferences.models import Conference
from roundtable.db import Base


class GuestListFile(Base):
    """A file between its upload and its import; `columns` says which column holds what, from 0."""

    __tablename__ = "guest_list_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    encoding: Mapped[str] = mapped_column(String(20), default="")
    columns: Mapped[dict[str, int]] = mapped_column(JSON)
    at: Mapped[datetime]

    conference: Mapped[Conference] = relationship()
    user: Mapped[User] = relationship()


class GuestImport(Base):
    """An import with its journal: what was added (ids by kind), and every changed field with old and new."""

    __tablename__ = "guest_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    added: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    changed: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)

    conference: Mapped[Conference] = relationship()
