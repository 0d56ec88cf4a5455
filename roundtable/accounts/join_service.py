"""Following an invitation: an account is made, or the one with the invited address gets its role."""

from collections.abc import Callable

from flask import current_app, url_for

from roundtable import addresses
from roundtable.accounts import door_service, service
from roundtable.accounts.models import AccountDoor, DoorKind, User

Title = Callable[[AccountDoor], str]
Enter = Callable[[AccountDoor, User], str]


def init_places(title: Title, enter: Enter) -> None:
    """Say what an invitation to a conference is called, and how somebody enters; accounts know of none."""
    current_app.extensions["roundtable.places"] = (title, enter)


def invitation_of(token: str) -> AccountDoor | None:
    """Return the open invitation with this token."""
    door = door_service.door_of(token)
    return door if door is not None and door.kind is DoorKind.INVITATION else None


def title_of(door: AccountDoor) -> str:
    """Return the title of the conference that an invitation leads to; nothing where it leads to none."""
    title: Title = current_app.extensions["roundtable.places"][0]
    return title(door) if door.conference_id is not None else ""


def account_of(door: AccountDoor, email: str, *, name: str) -> User | None:
    """Return the account with the invited address, made if there is none.

    None for another address than the invited one, and for an account that is switched off.
    """
    if addresses.key(email) != door.email_key:
        return None
    found = service.user_with(door.email)
    if found is None:
        return service.add_without_password(door.email, name, door.language)
    return found if found.is_enabled else None


def join(door: AccountDoor, user: User) -> str:
    """Let the invited user in and shut the door; return the path to go on to.

    An account that was made through the invitation to a conference creates none of its own.
    """
    if not door_service.take(door):
        return url_for("home.index")
    if door.conference_id is None:
        return url_for("home.index")
    enter: Enter = current_app.extensions["roundtable.places"][1]
    return enter(door, user)
