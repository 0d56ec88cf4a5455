"""docs/roles.md holds: every address, as every role, in every stage, with another conference's objects."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import OwnClient
from flask import Flask
from roles.world import PEOPLE, Values, World, address
from sqlalchemy import select
from werkzeug.routing import Rule

from roundtable.db import db
from roundtable.guests.models import Contact
from roundtable.mail.models import Letter, LetterState

TABLE = Path(__file__).parent.parent.parent / "docs" / "roles.md"
ROLES = ("organizer", "minute taker", "press officer", "observer")
STRANGERS = ("administrator", "stranger")


@dataclass(frozen=True)
class Row:
    """One row of the table: for each role whether it may."""

    endpoints: frozenset[str]
    may: dict[str, bool]


def rows(section: str) -> list[list[str]]:
    """Return the cells of the table in a section of the document."""
    text = TABLE.read_text("utf-8").partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


IN_CONFERENCES = [
    Row(frozenset(cells[1].split()), dict(zip(ROLES, [one == "yes" for one in cells[2:]], strict=True)))
    for cells in rows("In a conference")
]
OF_ACCOUNTS = {
    cells[0].rstrip(" ●"): frozenset(cells[1].split()) for cells in rows("Accounts and the program")
}
OPEN = {cells[0]: frozenset(cells[1].split()) for cells in rows("Without an account")}


def calls(app: Flask) -> list[tuple[Rule, str]]:
    """Return every rule with every method that it takes."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]


def ask(world: World, client: OwnClient, method: str, path: str) -> int:
    """Ask an address and return the status; what it changed is undone, and what is refused changes nothing."""
    answer = client.post(path) if method == "POST" else client.open(path, method=method)
    answer.close()
    if method == "POST" and answer.status_code < 400:
        world.restore()
    return answer.status_code


def test_every_route_stands_in_the_table_once(world: World) -> None:
    listed = [endpoint for row in IN_CONFERENCES for endpoint in row.endpoints]
    for group in (*OF_ACCOUNTS.values(), *OPEN.values()):
        listed += group

    assert sorted(listed) == sorted({rule.endpoint for rule in world.app.url_map.iter_rules()})


def test_the_table_agrees_with_what_is_open(world: World) -> None:
    without_account = frozenset().union(*OPEN.values())
    views = world.app.view_functions

    assert {name for name, view in views.items() if getattr(view, "is_open_page", False)} | {
        "static"
    } == without_account


def test_the_acts_that_ask_once_more_are_marked(world: World) -> None:
    asking = {name for name, view in world.app.view_functions.items() if getattr(view, "needs_fresh", False)}
    marked = [cells for section in ("In a conference", "Accounts and the program") for cells in rows(section)]
    in_marked_rows = {name for cells in marked if "●" in cells[0] for name in cells[1].split()}

    assert {one for one in asking if not one.startswith("own_account.")} <= in_marked_rows


@pytest.mark.parametrize("who", ROLES)
def test_each_role_may_what_the_table_says_in_every_stage(
    world: World, people: dict[str, OwnClient], who: str
) -> None:
    may = {endpoint: row.may[who] for row in IN_CONFERENCES for endpoint in row.endpoints}
    wrong, reached = [], set()
    for rule, method in calls(world.app):
        if rule.endpoint not in may:
            continue
        for stage, values in world.stages.items():
            path = address(world.app, rule, values)
            if path is None:
                continue
            status = ask(world, people[who], method, path)
            if status not in {403, 404}:
                reached.add(rule.endpoint)
            if (
                status >= 500
                or (status == 403) is may[rule.endpoint]
                or (not may[rule.endpoint] and status != 403)
            ):
                wrong.append((rule.endpoint, method, stage, path, status))

    assert wrong == []
    # What a role may is really reached in one stage or another.
    unreached = {endpoint for endpoint, allowed in may.items() if allowed} - reached
    assert unreached <= UNREACHED, unreached - UNREACHED


UNREACHED: set[str] = {
    "guests.copy",  # names the other conference in its form; see below
    "video.end",  # only a BigBlueButton room can be ended; tests/video
    "bodies.logo",  # no body of the demonstration has one; tests/conferences
}


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_and_administrators_find_nothing_of_a_conference(
    world: World, people: dict[str, OwnClient], who: str
) -> None:
    known = {endpoint for row in IN_CONFERENCES for endpoint in row.endpoints}
    wrong = [
        (rule.endpoint, method, path)
        for rule, method in calls(world.app)
        if rule.endpoint in known
        for values in world.stages.values()
        if (path := address(world.app, rule, values)) is not None
        and ask(world, people[who], method, path) != 404
    ]

    assert wrong == []


def test_whoever_has_not_signed_in_is_led_there(world: World, people: dict[str, OwnClient]) -> None:
    closed = {endpoint for row in IN_CONFERENCES for endpoint in row.endpoints}
    closed |= frozenset().union(*OF_ACCOUNTS.values())
    for rule, method in calls(world.app):
        path = address(world.app, rule, world.stages["minutes approved"])
        if rule.endpoint not in closed or path is None:
            continue
        client = people["nobody"]
        answer = client.post(path) if method == "POST" else client.get(path)
        assert answer.status_code == 302, (rule.endpoint, method)
        assert answer.headers["Location"].startswith("/sign-in"), (rule.endpoint, method)


OBJECTS = re.compile(r"_id$|^key$")


def mixed(rule: Rule, own: Values, foreign: Values) -> list[Values]:
    """Return the values of a rule with one object after the other taken from another conference."""
    names = [name for name in rule.arguments if OBJECTS.search(name) and name in foreign and name in own]
    return [{**own, **foreign}, *({**own, name: foreign[name]} for name in names)]


def test_objects_of_another_conference_are_not_there_for_anybody(
    world: World, people: dict[str, OwnClient]
) -> None:
    known = {endpoint for row in IN_CONFERENCES for endpoint in row.endpoints}
    own_pages = (
        OF_ACCOUNTS["Administrators"] | OF_ACCOUNTS["Everybody with an account, about themselves only"]
    )
    wrong = []
    for rule, method in calls(world.app):
        if rule.endpoint not in known or rule.endpoint in own_pages:
            continue
        for values in world.stages.values():
            for some in mixed(rule, values, world.foreign):
                path = address(world.app, rule, some)
                if path is None or path == address(world.app, rule, values):
                    continue
                status = ask(world, people["organizer"], method, path)
                if status != 404:
                    wrong.append((rule.endpoint, method, path, status))

    assert wrong == []


def test_guests_are_copied_only_from_ones_own_conferences(world: World, people: dict[str, OwnClient]) -> None:
    own, foreign = (values["conference_id"] for values in (world.stages["planned"], world.foreign))

    answer = people["organizer"].post(f"/conferences/{own}/guests/copy", data={"from": str(foreign)})

    assert answer.status_code == 404


@pytest.mark.parametrize("who", [*ROLES, *STRANGERS])
def test_only_administrators_look_after_accounts(
    world: World, people: dict[str, OwnClient], who: str
) -> None:
    for rule, method in calls(world.app):
        path = address(world.app, rule, world.stages["planned"])
        if rule.endpoint in OF_ACCOUNTS["Administrators"] and path is not None:
            status = ask(world, people[who], method, path)
            is_reached = status != 404
            assert is_reached is (who == "administrator") or rule.endpoint == "administration.end_invitation"


# --- What reading changes ---------------------------------------------------------------------------------------

DOCUMENTS = re.compile(r"\.(pdf|docx|zip|jpg)$|xlsx$")
TRACES = {"audit_entry", "audit_detail", "audit_head", "preview_visit", "sign_in"}
"""What reading may write: who has read, and that a browser is in use."""


def content() -> dict[str, list[str]]:
    """Return every row of every table but the traces."""
    names = db.metadata.tables.keys() - TRACES
    with db.engine.connect() as connection:
        found = {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"'))) for name in names
        }
        connection.rollback()
    assert len(found["letter"]) > 20
    return found


@pytest.mark.parametrize("who", [*PEOPLE, "nobody"])
def test_get_and_head_change_nothing_and_never_fail(
    world: World, people: dict[str, OwnClient], who: str
) -> None:
    before = content()
    faults = []
    for rule, method in calls(world.app):
        if method != "GET":
            continue
        for values in (*world.stages.values(), world.foreign):
            path = address(world.app, rule, values)
            is_document = bool(DOCUMENTS.search(rule.rule))
            if path is None or (is_document and values is not world.stages["minutes approved"]):
                continue  # documents take a while to make, and are made alike
            # HEAD runs the same view; in one stage it is looked at how it answers.
            for way in ("GET", "HEAD") if values is world.stages["planned"] and not is_document else ("GET",):
                answer = people[who].open(path, method=way)
                if answer.status_code >= 500 or (way == "HEAD" and answer.data):
                    faults.append((way, path, answer.status_code))
                answer.close()
            if rule.arguments == set():
                break

    assert faults == []
    assert content() == before


@pytest.mark.parametrize("who", ["minute taker", "press officer", "observer"])
def test_only_organizers_see_the_addresses_of_offices(
    world: World, people: dict[str, OwnClient], who: str
) -> None:
    """No page that another role may read holds the address of any contact, nor can one be searched for."""
    contacts = set(db.session.scalars(select(Contact.email)))
    contacts |= {"office@ankara.example.org", "deputy@ankara.example.org"}
    contacts |= set(
        db.session.scalars(select(Letter.recipient_email).where(Letter.state == LetterState.REFUSED))
    )
    assert len(contacts) > 20
    for rule, method in calls(world.app):
        if method != "GET" or rule.endpoint.partition(".")[0] == "mail":
            continue
        for values in world.stages.values():
            path = address(world.app, rule, values)
            if path is None or "token" in rule.arguments:
                continue
            with people[who].get(path) as answer:
                if "text" in (answer.mimetype or ""):
                    words = answer.get_data(as_text=True)
                    assert not {one for one in contacts if one in words}, path
    conference_id = world.stages["planned"]["conference_id"]
    found = people[who].get(f"/conferences/{conference_id}/guests?text={min(contacts)}").text
    assert "No city is like that." in found
