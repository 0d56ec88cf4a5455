"""What is done is written down, by itself, in a chain that shows what is missing."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import databases
import make
import pytest
from conftest import OwnClient, settings_for
from databases import forge
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from roundtable import create_app, schema
from roundtable.audit import chain, service
from roundtable.audit.coverage import NOT_TRACED, TRACED
from roundtable.audit.models import AuditDetail, AuditEntry, AuditHead
from roundtable.audit.origin import shortened
from roundtable.conferences.roles import Role
from roundtable.conferences.service import add_member
from roundtable.db import db
from roundtable.guests.queries import token_of
from roundtable.invitations.models import Invitation


def entries(subject: str = "") -> list[tuple[AuditEntry, dict[str, Any]]]:
    rows = db.session.execute(
        select(AuditEntry, AuditDetail.content)
        .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.subject.startswith(subject))
        .order_by(AuditEntry.id)
    )
    return [(entry, json.loads(content)) for entry, content in rows]


def test_every_table_is_traced_or_says_why_not() -> None:
    tables = set(db.metadata.tables)

    assert TRACED | set(NOT_TRACED) == tables
    assert not TRACED & set(NOT_TRACED)


def test_a_change_is_written_down_with_who_where_before_and_after(organizer: OwnClient) -> None:
    about = make.meeting()
    conference_id, user_id = about.conference_id, make.user().id
    colleague = add_member(about.conference, make.user("colleague@example.org"), Role.OBSERVER)
    db.session.commit()

    address, subject = f"/conferences/{conference_id}/members/{colleague.id}", f"membership/{colleague.id}"

    organizer.post(f"{address}/role", data={"role": "press-officer"})
    organizer.post(f"{address}/remove")

    (changed, first), (removed, second) = [
        one for one in entries(subject) if one[0].actor == f"user/{user_id}"
    ]
    assert (changed.act, changed.conference_id, changed.at) == ("changed", conference_id, make.NOW)
    assert first["changes"] == {"role": ["observer", "press-officer"]}
    assert first["from"] == "127.0.0.0/24"
    assert removed.act == "removed"
    assert dict(second["changes"])["role"] == ["press-officer", None]


def test_an_answer_names_the_link_by_which_it_came_and_holds_no_token(client: OwnClient) -> None:
    one = make.invitation()
    contact = make.contact_of(one)
    link = make.link(one)

    assert client.post(link, data={"answer": "accepted"}).status_code in {200, 302}

    found = [both for both in entries() if both[0].actor == f"contact/{contact.id}"]
    assert {"invitation", "answer_given"} <= {entry.subject.partition("/")[0] for entry, _ in found}
    assert all(detail["link"] == {"of": f"contact/{contact.id}", "generation": 1} for _, detail in found)
    assert token_of(contact) not in json.dumps([detail for _, detail in found])


def test_what_is_rolled_back_was_never_done(app: Flask) -> None:
    make.conference()
    db.session.rollback()
    make.user()
    db.session.commit()

    assert {entry.subject.partition("/")[0] for entry, _ in entries()} == {"user"}


def test_what_belongs_to_a_conference_says_to_which(app: Flask) -> None:
    about = make.table_of(2)
    db.session.commit()

    outside = {entry.subject.partition("/")[0] for entry, _ in entries() if entry.conference_id is None}
    assert outside == {"user"}
    assert {entry.conference_id for entry, _ in entries("contact/")} == {about.conference_id}


def test_secrets_and_words_off_the_record_stay_out(app: Flask) -> None:
    user = make.user()
    db.session.commit()
    user.password_hash = "$argon2id$other"
    db.session.commit()

    everything = " ".join(db.session.scalars(select(AuditDetail.content)))
    assert "argon2" not in everything
    assert entries("user/")[-1][1]["changes"] == {"password_hash": ["***", "***"]}


def filled(app: Flask) -> list[AuditEntry]:
    make.table_of(3)
    db.session.commit()
    assert service.verify().fault == ""
    return [entry for entry, _ in entries()]


def test_the_chain_stands_after_a_working_day(app: Flask) -> None:
    count = len(filled(app))

    found = service.verify()

    assert (found.entries, found.erased, found.fault) == (count, 0, "")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM audit_entry WHERE id = 3", "Entry 3 is missing"),
        ("UPDATE audit_entry SET actor = 'user/9' WHERE id = 3", "Entry 3, or what came before it"),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 3", "Entry 3, or what came before it"),
        ("UPDATE audit_entry SET id = 1000000 WHERE id = 3", "Entry 3 is missing"),
        ("UPDATE audit_detail SET content = '{}' WHERE entry_id = 3", "The details of entry 3"),
        ("DELETE FROM audit_entry WHERE id > 3", "The chain ends with entry 3"),
    ],
)
def test_whatever_is_removed_or_changed_shows(app: Flask, statement: str, says: str) -> None:
    filled(app)

    db.session.rollback()
    forge(statement)

    assert says in service.verify().fault


def test_details_can_be_erased_and_the_chain_still_stands(app: Flask) -> None:
    filled(app)

    db.session.execute(text("DELETE FROM audit_detail WHERE entry_id IN (2, 3)"))

    found = service.verify()
    assert (found.fault, found.erased) == ("", 2)


@pytest.mark.parametrize("kind", databases.KINDS)
def test_the_database_itself_refuses_to_change_or_remove_an_entry(tmp_path: Path, kind: str) -> None:
    app = create_app(settings_for(tmp_path, database_uri=databases.uri_for(kind, tmp_path)), testing=True)
    with app.app_context():
        schema.upgrade()
        make.user()
        db.session.commit()
        for statement in ("UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"):
            with pytest.raises(DatabaseError, match="stays as it is"):
                db.session.execute(text(statement))
            db.session.rollback()
        assert service.verify().entries == 1
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:aa:bb::1", "2001:db8:aa::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_where_somebody_came_from_is_shortened(address: str | None, network: str) -> None:
    assert shortened(address) == network


texts_ = st.text(max_size=20)


@given(st.lists(st.tuples(texts_, texts_, texts_), min_size=2, max_size=8), st.data())
def test_no_single_change_goes_unseen(rows: list[tuple[str, str, str]], data: st.DataObject) -> None:
    found, previous = [], chain.BEGINNING
    for number, (actor, act, content) in enumerate(rows, 1):
        at = make.NOW + timedelta(seconds=number)
        link = chain.Link(number, at, actor, act, "x/1", None, chain.detail_hash(content, "salt"))
        previous = chain.link_hash(link, previous)
        found.append(chain.Found(link, previous, ("salt", content)))
    head = (len(found), previous)
    assert chain.verify(found, head).fault == ""

    gone = data.draw(st.integers(0, len(found) - 1))
    assert chain.verify([*found[:gone], *found[gone + 1 :]], head).fault != ""
    swapped = [*found]
    swapped[0], swapped[1] = swapped[1], swapped[0]
    assert chain.verify(swapped, head).fault != ""


def test_two_writers_never_take_the_same_number(app: Flask) -> None:
    make.user()
    db.session.commit()
    head = db.session.get(AuditHead, 1)
    assert head is not None
    db.session.rollback()

    service.note_at_once("read", "test/1")
    service.note_at_once("read", "test/2")

    assert [entry.id for entry, _ in entries()] == [1, 2, 3]
    assert service.verify().fault == ""


def test_organizers_read_the_log_of_their_conference_and_nobody_elses(client: OwnClient) -> None:
    about = make.meeting(titles=make.texts("Round Table"))
    other = make.conference(of=make.user("other@example.org"), titles=make.texts("Other conference"))
    observer = make.user("observer@example.org")
    add_member(about.conference, observer, Role.OBSERVER)
    db.session.commit()
    client.sign_in(make.user())

    page = client.get(f"/conferences/{about.conference_id}/log")

    assert page.status_code == 200
    assert "Session" in page.text
    assert "Round Table en" in page.text
    assert "Other conference" not in page.text
    assert client.get(f"/conferences/{other.id}/log").status_code == 404
    client.post("/sign-out")
    client.sign_in(observer)
    assert client.get(f"/conferences/{about.conference_id}/log").status_code == 403


def test_administrators_read_about_accounts_and_nothing_of_conferences(client: OwnClient) -> None:
    make.meeting(titles=make.texts("Round Table"))
    chief = make.user("chief@example.org", is_administrator=True)
    db.session.commit()
    client.post("/sign-in", data={"email": "organizer@example.org", "password": "wrong"})
    client.sign_in(chief)

    page = client.get("/administration/log").text

    assert "sign-in refused" in page
    assert "signed in" in page
    assert "Round Table" not in page


def test_the_log_is_read_a_page_at_a_time_and_narrowed(organizer: OwnClient) -> None:
    about = make.table_of(40)
    db.session.commit()
    base = f"/conferences/{about.conference_id}/log"

    first = organizer.get(base).text
    older = first.split('href="?')[1].split('"')[0].replace("&amp;", "&")
    second = organizer.get(f"{base}?{older}").text
    cities = organizer.get(f"{base}?table=city").text

    assert first.count("<li>") == 50
    assert set(first.split("<strong>")[1:]) & set(second.split("<strong>")[1:]) == set()
    assert "City" in cities
    assert cities.count("<strong>Contact") == 0


def test_the_log_is_taken_away_whole_and_checks_itself_later(
    app: Flask, organizer: OwnClient, tmp_path: Path
) -> None:
    about = make.table_of(3)
    token = token_of(make.contact_of(db.session.scalars(select(Invitation).order_by(Invitation.id)).all()[0]))
    db.session.commit()

    taken = organizer.get(f"/conferences/{about.conference_id}/log.jsonl")

    lines = [json.loads(line) for line in taken.text.splitlines()]
    assert {one["subject"].partition("/")[0] for one in lines} >= {"meeting", "contact", "invitation"}
    assert token not in taken.text
    assert db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()[-1] == "exported"
    assert service.missing_from(taken.text.splitlines()) == ""
    file = tmp_path / "log.jsonl"
    file.write_text(taken.text, "utf-8")
    assert "Last hash" in command(app, "verify", "--against", str(file)).output
    file.write_text(taken.text.replace(lines[0]["hash"], "0" * 64), "utf-8")
    refused = command(app, "verify", "--against", str(file))
    assert refused.exit_code == 1
    assert f"Entry {lines[0]['number']} of the file" in refused.output
    file.write_text("no entry\n", "utf-8")
    assert "Line 1 of the file is no entry" in command(app, "verify", "--against", str(file)).output


def test_the_command_finds_a_removed_entry(app: Flask) -> None:
    filled(app)
    assert command(app, "verify").exit_code == 0
    db.session.execute(text("UPDATE audit_entry SET act = 'x' WHERE id = 2"))
    db.session.commit()

    found = command(app, "verify")

    assert found.exit_code == 1
    assert "Entry 2, or what came before it, was changed." in found.output


def command(app: Flask, *words: str) -> Any:
    from flask.cli import ScriptInfo

    from roundtable.cli import main

    return app.test_cli_runner().invoke(main, ["audit", *words], obj=ScriptInfo(create_app=lambda: app))


def test_what_was_refused_is_written_down(client: OwnClient) -> None:
    about = make.conference(role=Role.OBSERVER, of=make.user("observer@example.org"))
    db.session.commit()
    client.sign_in(make.user("observer@example.org"))

    client.get(f"/conferences/{about.id}/edit")
    client.post(f"/conferences/{about.id}/bodies", data={})

    refused = [detail for entry, detail in entries("page/") if entry.act == "refused"]
    assert [one["method"] for one in refused] == ["GET", "POST"]
    assert refused[0]["objects"] == {"conference_id": about.id}


def test_commands_act_under_their_own_name(app: Flask) -> None:
    from flask.cli import ScriptInfo

    from roundtable.cli import main

    make.user()
    db.session.commit()
    app.test_cli_runner().invoke(
        main,
        ["user", "change", "organizer@example.org", "--administrator"],
        obj=ScriptInfo(create_app=lambda: app),
    )

    assert entries("user/")[-1][0].actor == "command/user change"
