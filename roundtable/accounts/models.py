"""Users and the sign-ins that are open."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.db import Base


class User(UserMixin, Base):  # type: ignore[misc]  # Flask-Login is untyped
    """A person with an account. `email_key` is the address in the form by which it is compared."""

    __tablename__ = "user"
    __allow_unmapped__ = True  # for sign_in_key, which is no column

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8), default="en")
    may_create_conferences: Mapped[bool] = mapped_column(default=True)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    sign_in_key: str | None = None
    """The key of the sign-in by which this request came; it is no column."""

    @property
    def is_active(self) -> bool:
        """Whether the account may be used (Flask-Login asks this)."""
        return self.is_enabled

    def get_id(self) -> str:
        """Return what the cookie carries: the key of one sign-in, never the id of the user."""
        if self.sign_in_key is None:
            raise ValueError("this user has not signed in")
        return self.sign_in_key


class SignIn(Base):
    """One open sign-in; the cookie dies with its row. Only a hash of the key is stored."""

    __tablename__ = "sign_in"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    user: Mapped[User] = relationship()
