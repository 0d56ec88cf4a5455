"""Users, the sign-ins that are open, second factors, and links that open an account for a while."""

import secrets
from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from roundtable.db import Base, enum_column
from roundtable.order import search_key


def _handle() -> str:
    return secrets.token_hex(32)


class User(UserMixin, Base):  # type: ignore[misc]  # Flask-Login is untyped
    """A person with an account. `email_key` is the address in the form by which it is compared.

    `name_key` is the name in the form by which it is looked for and listed: capitals and marks do not count.
    `password_hash` is empty for who signs in by passkey or by the city's own service only. `totp_secret`
    is encrypted; `totp_step` is the last 30 seconds whose code was taken, so that none counts twice.
    `handle` is what passkeys know the account by. An administrator looks after accounts and settings
    and sees nothing of conferences.
    """

    __tablename__ = "user"
    __table_args__ = (Index("ix_user_name_key_id", "name_key", "id"),)
    __allow_unmapped__ = True  # for sign_in, which is no column

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(600), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8), default="en")
    may_create_conferences: Mapped[bool] = mapped_column(default=True)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    handle: Mapped[str] = mapped_column(String(64), default=_handle, unique=True)
    totp_secret: Mapped[str] = mapped_column(String(300), default="")
    totp_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    sign_in: "SignIn | None" = None
    """The sign-in by which this request came; it is no column."""
    sign_in_key: str | None = None
    """Its key; the database knows only a hash of it."""

    # Flask-Login compares by `get_id`, which only whoever has signed in has; rows are compared as rows.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @validates("name")
    def _fold(self, _column: str, name: str) -> str:
        self.name_key = search_key(name)
        return name

    @property
    def is_active(self) -> bool:
        """Whether the account may be used (Flask-Login asks this)."""
        return self.is_enabled

    def get_id(self) -> str:
        """Return what the cookie carries: the key of one sign-in, never the id of the user."""
        if self.sign_in_key is None:
            raise ValueError("this user has not signed in")
        return self.sign_in_key


class Method(StrEnum):
    """How somebody has signed in."""

    PASSWORD = "password"  # noqa: S105 - a word, not one
    PASSKEY = "passkey"
    OUTSIDE = "outside"


class SignIn(Base):
    """One open sign-in; the cookie dies with its row. Only a hash of the key is stored.

    `seen_at` is the last use, within five minutes. `proved_at` is when the person last showed that it is
    they: dangerous acts ask for it anew. While `awaits_second_factor`, the row opens nothing but the
    page that asks for it; `attempts` are the wrong codes there. `browser` is what the browser called itself,
    `network` the shortened address.
    """

    __tablename__ = "sign_in"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    method: Mapped[Method] = mapped_column(enum_column(Method), default=Method.PASSWORD)
    awaits_second_factor: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    browser: Mapped[str] = mapped_column(String(300), default="")
    network: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class Passkey(Base):
    """A passkey (WebAuthn credential): opens the account instead of the password, or as second factor."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("credential_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)

    user: Mapped[User] = relationship()


class PasskeyChallenge(Base):
    """A question that a passkey has to sign, good for one answer within a few minutes."""

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryCode(Base):
    """A code for the day on which the second factor is lost; each counts once."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class OutsideIdentity(Base):
    """That an account belongs to a person at a city's own sign-in service (OpenID Connect).

    `provider` is the name in the settings, `subject` the service's own, unchanging name for the person.
    """

    __tablename__ = "outside_identity"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]


class DoorKind(StrEnum):
    """What the link in a letter opens."""

    INVITATION = "invitation"
    NEW_PASSWORD = "new-password"  # noqa: S105 - a word, not one


class AccountDoor(Base):
    """A link in a letter that opens once and for a while; its token is made from this row, never stored.

    An invitation is bound to its address: it makes an account, or gives the one with this address a
    `role` in the conference. A new password is bound to the account and to the browser or the `code_hash`
    of whoever asked for it, so that a forwarded letter alone opens nothing.
    """

    __tablename__ = "account_door"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DoorKind] = mapped_column(enum_column(DoorKind))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True, default=None
    )
    conference_id: Mapped[int | None] = mapped_column(
        ForeignKey("conference.id", ondelete="CASCADE"), index=True, default=None
    )
    role: Mapped[str] = mapped_column(String(32), default="")
    language: Mapped[str] = mapped_column(String(8))
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)

    user: Mapped[User | None] = relationship()


class ResetRequest(Base):
    """Somebody has asked for a new password for an address; whether it has an account shows nowhere.

    A job answers it later, so that asking takes equally long for every address.
    """

    __tablename__ = "reset_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_key: Mapped[str] = mapped_column(String(254))
    code_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
