"""The watch itself: signs of life, the website's certificate, and alarms in the log."""

import logging
from datetime import timedelta

from flask import current_app

from roundtable import beats, clock
from roundtable.config import Settings
from roundtable.db import db, reading
from roundtable.watch import certificate, queries
from roundtable.watch.alarms import AlarmKind

log = logging.getLogger(__name__)

CERTIFICATE_EVERY = timedelta(hours=6)


def watch() -> int:
    """Note that the work goes on, and write alarms that are new, or over, into the log.

    The log is the way past the mail, which may be what is broken: a monitor reads it, or asks
    `/health/ready` or `roundtable status`.
    """
    settings: Settings = current_app.config["ROUNDTABLE"]
    if settings.is_secure:
        _look_at_certificate(settings)
    beats.note(beats.CLOCKWORK)
    db.session.commit()
    with reading():
        standing = {alarm.kind: alarm for alarm in queries.standing()}
        db.session.rollback()
    known: set[AlarmKind] = current_app.extensions.setdefault("roundtable.alarms", set())
    for kind, alarm in standing.items():
        if kind not in known:
            log.error("alarm", extra={"alarm": str(kind), "sentence": str(alarm)})
    for kind in known - set(standing):
        log.warning("alarm is over", extra={"alarm": str(kind)})
    known.clear()
    known.update(standing)
    return 0


def _look_at_certificate(settings: Settings) -> None:
    with reading():
        last = beats.last(beats.SITE)
        is_known = last is not None and clock.now() - last.tried_at < CERTIFICATE_EVERY
        db.session.rollback()
    if is_known:
        return
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
