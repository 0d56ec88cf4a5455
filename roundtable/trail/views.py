"""The pages of the audit log, and its export."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select

from roundtable.accounts.access import administrator_or_404, fresh
from roundtable.audit.service import note_at_once
from roundtable.conferences.access import conference_or_404
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Right
from roundtable.trail import queries
from roundtable.trail.queries import Narrowed
from roundtable.trail.words import ACTORS, ACTS, TABLES
from roundtable.web.downloads import file_answer
from roundtable.web.numbers import key_of

bp = Blueprint("trail", __name__)


def _narrowed() -> Narrowed:
    return Narrowed(
        request.args.get("before", type=key_of),
        request.args.get("actor", "")[:60],
        request.args.get("table", "")[:60],
    )


def _page(entries: Select[Any], zone: str, conference: Conference | None) -> str:
    narrowed = _narrowed()
    lines = queries.page(entries, narrowed)
    actors = queries.actors_of(entries)
    names = queries.names_of(actors)

    def called(actor: str) -> str:
        return names.get(actor) or str(ACTORS.get(actor.partition("/")[0], actor))

    return render_template(
        "trail/show.html",
        conference=conference,
        lines=lines,
        zone=zone,
        called=called,
        tables=TABLES,
        acts=ACTS,
        actors=actors,
        narrowed=narrowed,
        is_last=len(lines) < queries.PAGE,
        text_of=text_of,
    )


def text_of(value: Any) -> str:
    """Return a value of the log in words: long ones are there by their length only."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict) and set(value) <= {"characters", "bytes"}:
        return gettext("%(count)d characters", count=next(iter(value.values()), 0))
    if isinstance(value, dict | list):
        return " · ".join(str(one) for one in (value.values() if isinstance(value, dict) else value))
    return str(value)


@bp.get("/conferences/<int:conference_id>/log")
def show(conference_id: int) -> ResponseReturnValue:
    """Show what was done in a conference."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    return _page(queries.of_conference(conference.id), conference.home_zone, conference)


@bp.get("/conferences/<int:conference_id>/log.jsonl")
@fresh
def export(conference_id: int) -> ResponseReturnValue:
    """Give the log of a conference, an entry a line, with the hashes by which it can be checked later."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    content = "".join(_exported(queries.of_conference(conference.id)))
    note_at_once("exported", f"conference/{conference.id}", conference_id=conference.id, what="log.jsonl")
    return file_answer(content, "application/jsonl", f"log-{conference.id}.jsonl")


def _exported(entries: Select[Any]) -> Iterator[str]:
    for one in queries.everything(entries):
        values = {
            "number": one.number,
            "at": one.at.isoformat(),
            "actor": one.actor,
            "act": one.act,
            "subject": f"{one.table}/{one.key}",
            "changes": {change.column: [change.before, change.after] for change in one.changes},
            **one.more,
            "from": one.origin,
            "erased": one.is_erased,
            "hash": one.hash,
        }
        yield json.dumps(values, ensure_ascii=False) + "\n"


@bp.get("/administration/log")
def program() -> ResponseReturnValue:
    """Show what belongs to no conference: accounts, sign-ins, refusals."""
    administrator_or_404()
    return _page(queries.of_program(), "UTC", None)


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
