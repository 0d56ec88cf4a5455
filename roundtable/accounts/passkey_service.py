"""Passkeys (WebAuthn): registering them, and signing in with them.

What a passkey signs is asked with a challenge that counts once. The address of the program comes from the
settings: a passkey made for it signs nothing for another host.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from roundtable import clock
from roundtable.accounts.factor_service import passkeys_of
from roundtable.accounts.models import Passkey, PasskeyChallenge, User
from roundtable.audit.service import note
from roundtable.db import db

_CHALLENGE_LIFE = timedelta(minutes=5)
_MOST_PASSKEYS = 20


def credential_in_form() -> dict[str, Any]:
    """Return what the browser's passkey has said; an empty dictionary where that is no such thing."""
    try:
        found = json.loads(request.form.get("credential", ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _place() -> tuple[str, str]:
    """Return (relying party's id, origin): host and address of the program."""
    origin = current_app.config["ROUNDTABLE"].public_url
    return urlsplit(origin).hostname or "", origin


def _remember(challenge: bytes) -> None:
    now = clock.now()
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.ends_at <= now))
    db.session.add(PasskeyChallenge(challenge_hash=_hash(challenge), ends_at=now + _CHALLENGE_LIFE))


def _take_challenge(credential: dict[str, Any]) -> bytes | None:
    """Return the challenge that a credential answers, if we asked it; it is forgotten."""
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - heavy, and few pages need it

    try:
        said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(said["challenge"])
    except (ValueError, KeyError, TypeError):
        return None
    gone = db.session.execute(
        delete(PasskeyChallenge).where(
            PasskeyChallenge.challenge_hash == _hash(challenge), PasskeyChallenge.ends_at > clock.now()
        )
    )
    return challenge if gone.rowcount else None  # type: ignore[attr-defined]  # of a DELETE


def _hash(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()


def registration_options(user: User) -> str:
    """Return, as JSON, what the browser needs to make a passkey for the user."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=_place()[0],
        rp_name="Roundtable",
        user_id=bytes.fromhex(user.handle),
        user_name=user.email,
        user_display_name=user.name,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(passkeys_of(user)),
    )
    _remember(options.challenge)
    return webauthn.options_to_json(options)


def _descriptors(passkeys: list[Passkey]) -> list[Any]:
    from webauthn.helpers import structs  # noqa: PLC0415

    return [structs.PublicKeyCredentialDescriptor(id=one.credential_id) for one in passkeys]


def register(user: User, credential: dict[str, Any], name: str) -> bool:
    """Keep a passkey that the browser has made; return whether it could be verified."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    challenge = _take_challenge(credential)
    if challenge is None or len(passkeys_of(user)) >= _MOST_PASSKEYS:
        return False
    place, origin = _place()
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)):
        return False
    db.session.add(
        Passkey(
            user=user,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name or "Passkey",
            created_at=clock.now(),
        )
    )
    note("second-factor-added", f"user/{user.id}", kind="passkey")
    return True


def question_options(user: User | None = None) -> str:
    """Return, as JSON, what the browser needs to sign in with a passkey: any, or one of the user's."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=_place()[0],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
        allow_credentials=_descriptors(passkeys_of(user)) if user else None,
    )
    _remember(options.challenge)
    return webauthn.options_to_json(options)


def owner_of(credential: dict[str, Any]) -> User | None:
    """Return whose passkey has signed our question, if it is one of ours and the account may be used."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    challenge = _take_challenge(credential)
    if challenge is None:
        return None
    try:
        key = base64url_to_bytes(credential["rawId"])
    except (ValueError, KeyError, TypeError):
        return None
    passkey = db.session.scalar(
        select(Passkey).where(Passkey.credential_id == key).options(joinedload(Passkey.user))
    )
    if passkey is None or not passkey.user.is_enabled:
        return None
    place, origin = _place()
    try:
        shown = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place,
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        note("sign-in-refused", f"user/{passkey.user_id}", method="passkey")
        return None
    passkey.sign_count, passkey.used_at = shown.new_sign_count, clock.now()
    return passkey.user
