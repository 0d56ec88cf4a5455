"""The watch itself: signs of life, the website's certificate, and alarms in the log."""

import logging
from datetime import timedelta

from flask import current_app

from roundtable import beats, clock, signing, workers
from roundtable.config import Settings
from roundtable.db import db, looked
from roundtable.errors import Refusal
from roundtable.watch import certificate, queries
from roundtable.watch.alarms import AlarmKind

log = logging.getLogger(__name__)

CERTIFICATE_EVERY = timedelta(hours=6)


def pulse() -> int:
    """Note that the work goes on: done by whoever does the work, so that the sign is true."""
    beats.note(beats.CLOCKWORK)
    db.session.commit()
    return 0


def watch() -> int:
    """Look at the certificates, and write alarms that are new, or over, into the log.

    The log is the way past the mail, which may be what is broken: a monitor reads it, or asks
    `/health/ready` or `roundtable status`.
    """
    settings: Settings = current_app.config["ROUNDTABLE"]
    signer = signing.identity(settings)
    if signer is not None and not _is_known(beats.SIGNER):
        _look_at_signer(signer)
    if settings.is_secure and not _is_known(beats.SITE):
        _look_at_site(settings)
    standing = {alarm.kind: alarm for alarm in looked(queries.standing)}
    known: set[AlarmKind] = current_app.extensions.setdefault("roundtable.alarms", set())
    for kind, alarm in standing.items():
        if kind not in known:
            log.error("alarm", extra={"alarm": str(kind), "sentence": str(alarm)})
    for kind in known - set(standing):
        log.warning("alarm is over", extra={"alarm": str(kind)})
    known.clear()
    known.update(standing)
    return 0


def _is_known(name: str) -> bool:
    """Whether this certificate was looked at within six hours."""
    tried_at = looked(lambda: last.tried_at if (last := beats.last(name)) else None)
    return tried_at is not None and clock.now() - tried_at < CERTIFICATE_EVERY


def _look_at_signer(found: signing.Identity) -> None:
    try:
        beats.note(beats.SIGNER, until=workers.run(signing.ends_at, found))
    except (signing.SigningError, Refusal, workers.TookTooLong, workers.Broke) as error:
        beats.note(beats.SIGNER, str(error) or type(error).__name__)
    db.session.commit()


def _look_at_site(settings: Settings) -> None:
    try:
        until = certificate.ends_at(settings.public_url)
    except certificate.NotAccepted as error:
        beats.note(beats.SITE, str(error))
    except OSError:
        # From inside, one's own public address may not be reachable: that says nothing of the certificate.
        beats.note(beats.SITE)
    else:
        beats.note(beats.SITE, until=until)
    db.session.commit()
