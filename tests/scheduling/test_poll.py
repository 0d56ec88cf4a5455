"""A poll from the proposal to the settled date: the verbs and their pages."""

from datetime import datetime, timedelta

import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient, counted_queries
from flask import Flask

from roundtable import clock
from roundtable.conferences.models import Conference, Meeting
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.roles import ParticipantRole
from roundtable.invitations import service as invitations
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer, Channel
from roundtable.mail import outbox
from roundtable.mail.delivery import deliver_due
from roundtable.mail.models import Letter, LetterState
from roundtable.scheduling import answer_service, asking_service, jobs, queries, service, settle_service
from roundtable.scheduling.answer_service import Reply
from roundtable.scheduling.choices import Choice, PollStage
from roundtable.scheduling.models import DatePoll, DateQuestion


def _table(count: int = 3) -> tuple[Conference, list[Contact]]:
    conference = make.conference()
    people = []
    for number in range(count):
        role = ParticipantRole.CHAIR if number == 0 else ParticipantRole.SPEAKER
        name, country = (f"City {number}", "DE" if number % 2 else "TR")
        people.append(make.contact(make.participant(conference, name, country, role=role)))
    db.session.commit()
    return conference, people


def _question(poll: DatePoll, contact: Contact) -> DateQuestion:
    return (
        db.session.query(DateQuestion).filter_by(poll_id=poll.id, participant_id=contact.participant_id).one()
    )


def _say(poll: DatePoll, contact: Contact, *choices: Choice, **more: object) -> None:
    options = queries.options_of(poll)
    said = {option.id: choice for option, choice in zip(options, choices, strict=False)}
    reply = Reply(said, **more)  # type: ignore[arg-type]  # the words of Reply
    answer_service.answer(_question(poll, contact), reply, contact=contact, said_by=contact.name)
    db.session.commit()


def test_who_has_a_seat_is_asked_and_the_chair_is_required(app: Flask) -> None:
    conference, _ = _table()
    make.participant(conference, "Observer", role=ParticipantRole.OBSERVER)

    questions = queries.questions_of(make.poll(conference))

    assert [(one.participant.city.key, one.is_required) for one in questions] == [
        ("city 0", True),
        ("city 1", False),
        ("city 2", False),
    ]


def test_the_offices_are_asked_once_and_about_a_later_date_only_about_that(app: Flask) -> None:
    conference, _ = _table()
    poll = make.poll(conference, stage=PollStage.DRAFT)

    assert asking_service.ask(poll) == 3
    with pytest.raises(Refusal):
        asking_service.ask(poll)
    service.add_options(poll, [datetime(2026, 10, 29, 15, 0)])
    db.session.flush()
    assert asking_service.ask(poll) == 3

    letters = make.outbox()
    assert [one.kind for one in letters] == ["poll"] * 3 + ["poll-option"] * 3
    assert "29 October 2026" in letters[-1].text
    assert "20 October 2026" not in letters[-1].text
    assert letters[-1].first_message_id == letters[2].message_id


def test_what_was_said_stays_when_a_date_is_added_and_only_that_one_is_open(
    app: Flask, client: OwnClient
) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    _say(poll, people[0], Choice.YES, Choice.NO)
    service.add_options(poll, [datetime(2026, 10, 29, 15, 0)])
    db.session.flush()
    asking_service.ask(poll)
    db.session.commit()

    page = BeautifulSoup(client.get(make.poll_link(people[0], poll)).text, "html.parser")

    assert len(page.select("fieldset.option.unanswered")) == 1
    assert len(page.select("input[checked]")) == 2
    assert "1 date is without an answer." in page.get_text()


def test_an_office_answers_some_dates_and_the_rest_is_counted(app: Flask, client: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    first, second = queries.options_of(poll)
    link = make.poll_link(people[1], poll)

    response = client.post(link, data={f"option-{first.id}": "if-need-be", "note": "Gerne vormittags"})
    assert response.status_code == 302
    assert "1 date is without an answer." in client.get(link).text
    client.post(link, data={f"option-{second.id}": "yes", "note": "Gerne vormittags"})

    page = client.get(link).text
    assert "Thank you for the answer." in page
    assert "Gerne vormittags" in page
    assert queries.said_to(_question(poll, people[1])) == {
        first.id: Choice.IF_NEED_BE,
        second.id: Choice.YES,
    }


def test_none_of_these_dates_is_an_answer_with_a_date_that_would_suit(app: Flask, client: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    link = make.poll_link(people[1], poll)

    client.post(link, data={"none": "1", "proposed_on": "2026-11-03", "note": "Stadtratswoche"})

    assert "None of these dates suits." in client.get(link).text
    question = _question(poll, people[1])
    assert question.none_suits
    assert set(queries.said_to(question).values()) == {Choice.NO}
    db.session.commit()
    client.sign_in(make.user())
    seen = client.get(f"/polls/{poll.id}").text
    assert "Proposes Tuesday" in seen
    assert "3 November 2026" in seen
    assert "Stadtratswoche" in seen


def test_an_empty_answer_is_refused_and_says_what_to_do(app: Flask, client: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)

    response = client.post(make.poll_link(people[0], poll), data={"note": "typed"})

    assert response.status_code == 422
    assert "None of these dates" in response.text
    assert "typed" in response.text


def test_nobody_answers_after_the_deadline_but_the_telephone_still_works(
    app: Flask, organizer: OwnClient
) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    first, _ = queries.options_of(poll)
    question = _question(poll, people[0])
    poll.answers_close_at = make.NOW - timedelta(minutes=1)

    refused = organizer.post(make.poll_link(people[0], poll), data={f"option-{first.id}": "yes"})
    assert refused.status_code == 409
    taken = organizer.post(
        f"/polls/{poll.id}/cities/{question.id}", data={f"option-{first.id}": "yes", "said_by": "Frau Kaya"}
    )

    assert taken.status_code == 302
    db.session.expire_all()
    assert (question.channel, question.said_by) == (Channel.TELEPHONE, "Frau Kaya")
    assert queries.said_to(question) == {first.id: Choice.YES}


def test_another_citys_options_and_polls_are_not_reached_by_a_link(app: Flask, client: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    other = make.poll(make.conference())
    foreign = queries.options_of(other)[0]

    assert client.get(make.poll_link(people[0], other)).status_code == 404
    response = client.post(make.poll_link(people[0], poll), data={f"option-{foreign.id}": "yes"})
    assert response.status_code == 422


def test_one_act_settles_the_date_tells_everybody_and_closes_the_poll(
    app: Flask, organizer: OwnClient
) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    for contact in people:
        _say(poll, contact, Choice.NO, Choice.YES)
    _, second = queries.options_of(poll)

    preview = organizer.get(f"/polls/{poll.id}/options/{second.id}/settle")
    assert "3 letters" in preview.text
    assert make.outbox() == []
    assert db.session.query(Meeting).count() == 0
    organizer.post(f"/polls/{poll.id}/options/{second.id}/settle")

    meeting = db.session.query(Meeting).one()
    assert (meeting.wall_time, meeting.zone) == (datetime(2026, 10, 27, 13, 0), "Europe/Istanbul")
    letters = make.outbox()
    assert [one.kind for one in letters] == ["poll-settled"] * 3
    assert "13:00 Istanbul · 11:00 Berlin" in letters[0].subject
    assert "The date is settled." in organizer.get(make.poll_link(people[0], poll)).text
    assert organizer.post(f"/polls/{poll.id}/options/{second.id}/settle").status_code == 409
    assert db.session.query(Meeting).count() == 1


def test_a_poll_about_a_session_moves_it_and_who_was_invited_gets_the_change_alone(app: Flask) -> None:
    conference, people = _table(2)
    meeting = make.meeting(conference)
    invitations.invite(meeting)
    late = make.contact(make.participant(conference, "Late"), "late@example.org")
    db.session.commit()
    poll = make.poll(conference)
    poll.meeting = meeting
    db.session.commit()

    planned, moved = settle_service.planned_settlement(queries.options_of(poll)[1])
    assert (len(planned), len(moved)) == (1, 2)
    assert db.session.query(Meeting).count() == 1
    _, count = settle_service.settle(queries.options_of(poll)[1])

    db.session.commit()
    letters = [one for one in make.outbox() if one.kind != "invitation"]
    assert count == 3
    assert sorted((one.kind, one.recipient_email) for one in letters) == [
        ("change", people[0].email),
        ("change", people[1].email),
        ("poll-settled", late.email),
    ]
    answers = {one.answer for one in db.session.query(Invitation)}
    assert answers == {Answer.NEEDS_ACTION}


def test_only_the_silent_are_reminded_by_themselves_and_by_hand_and_none_twice(app: Flask) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    _say(poll, people[0], Choice.YES, Choice.NO)
    _say(poll, people[1], Choice.YES)
    near = poll.answers_close_at - timedelta(days=1)

    assert jobs.remind() == 0
    clock.set_source(lambda: near)
    assert jobs.remind() == 2
    assert jobs.remind() == 0

    assert {one.recipient_email for one in make.outbox()} == {people[1].email, people[2].email}
    assert {one.kind for one in make.outbox()} == {"poll-reminder"}


def test_a_reminder_is_dropped_when_the_office_has_answered_meanwhile(app: Flask) -> None:
    conference, people = _table(1)
    poll = make.poll(conference)
    near = poll.answers_close_at - timedelta(days=1)
    clock.set_source(lambda: near)
    jobs.remind()
    _say(poll, people[0], Choice.YES, Choice.NO)

    deliver_due()

    assert [one.state for one in db.session.query(Letter)] == [LetterState.DROPPED]


def test_letters_of_a_search_that_was_given_up_do_not_leave(app: Flask) -> None:
    conference, _ = _table(2)
    poll = make.poll(conference, stage=PollStage.DRAFT)
    asking_service.ask(poll)
    service.withdraw(poll)
    db.session.commit()

    deliver_due()

    assert outbox.states_of([queries.topic(poll)]) == {LetterState.DROPPED: 2}


def test_a_date_that_was_announced_stays_and_another_may_go(app: Flask) -> None:
    poll = make.poll(_table()[0])
    service.add_options(poll, [datetime(2026, 10, 29, 15, 0)])
    db.session.flush()
    first, _, fresh = queries.options_of(poll)

    service.remove_option(fresh)
    with pytest.raises(Refusal):
        service.remove_option(first)


@pytest.mark.parametrize(
    ("wall_time", "zone"),
    [
        (datetime(2020, 1, 1, 10, 0), "Europe/Istanbul"),
        (datetime(2027, 3, 28, 2, 30), "Europe/Berlin"),
        (datetime(2026, 10, 25, 2, 30), "Europe/Berlin"),
    ],
)
def test_a_date_in_the_past_or_in_a_change_of_the_clocks_is_refused(
    app: Flask, wall_time: datetime, zone: str
) -> None:
    poll = make.poll(_table()[0])
    poll.zone = zone

    with pytest.raises(Refusal):
        service.add_options(poll, [wall_time])


def test_a_poll_holds_no_more_dates_than_an_office_can_answer(app: Flask) -> None:
    poll = make.poll(_table()[0])
    many = [datetime(2026, 11, 2, 8, 0) + timedelta(minutes=30 * step) for step in range(50)]

    with pytest.raises(Refusal):
        service.add_options(poll, many)


def test_the_organizer_picks_proposals_on_the_page_and_sees_their_reasons(
    app: Flask, organizer: OwnClient
) -> None:
    conference, _ = _table()
    data = {
        "titles-en": "Round Table",
        "first_day": "2026-10-26",
        "last_day": "2026-10-30",
        "duration_minutes": "90",
        "zone": "Europe/Istanbul",
        "close_day": "2026-09-20",
        "close_hour": "18:00",
        "reminder_days": "2",
    }
    page = organizer.post(f"/conferences/{conference.id}/polls/new", data=data, follow_redirects=True)
    seen = BeautifulSoup(page.text, "html.parser")
    proposed = [str(box["value"]) for box in seen.select("input[name=start]")]

    assert "all 3 cities are in office hours" in page.text
    assert "Republic Day: 2 of 2 cities (Türkiye)" in " ".join(page.text.split())
    poll = db.session.query(DatePoll).one()
    organizer.post(f"/polls/{poll.id}/options", data={"start": proposed[0]})
    organizer.post(f"/polls/{poll.id}/options", data={"own": "1", "day": "2026-11-03", "hour": "14:00"})

    assert len(queries.options_of(poll)) == 2
    faulty = organizer.post(
        f"/polls/{poll.id}/options", data={"own": "1", "day": "2020-11-03", "hour": "14:00"}
    )
    assert faulty.status_code == 422
    assert "lies in the past" in faulty.text


def test_the_page_warns_when_the_gap_between_the_cities_changes(app: Flask, organizer: OwnClient) -> None:
    poll = make.poll(_table()[0])

    page = organizer.get(f"/polls/{poll.id}")

    assert (
        "from Sunday, 25 October 2026 the gap between Istanbul and Berlin grows from 1 hour to 2 hours"
        in page.text
    )


def test_office_hours_are_set_by_country_and_wrong_ones_refused(app: Flask, organizer: OwnClient) -> None:
    conference, _ = _table()
    poll = make.poll(conference)
    address = f"/polls/{poll.id}/hours"

    right = {"opens-DE": "08:00", "closes-DE": "12:00", "opens-TR": "09:00", "closes-TR": "17:00"}
    assert organizer.post(address, data=right).status_code == 302
    assert list(queries.office_hours(conference.id)) == ["DE"]
    assert organizer.post(address, data={"opens-DE": "12:00", "closes-DE": "08:00"}).status_code == 409
    assert organizer.post(address, data={"opens-DE": "x", "closes-DE": ""}).status_code == 302
    assert list(queries.office_hours(conference.id)) == ["DE"]


def test_who_has_answered_stays_asked_and_somebody_must_be(app: Flask, organizer: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    _say(poll, people[0], Choice.YES)
    number = people[2].participant_id

    organizer.post(f"/polls/{poll.id}/asked", data={"asked": str(number), "required": str(number)})

    asked = {one.participant_id: one.is_required for one in queries.questions_of(poll)}
    assert asked == {people[0].participant_id: False, number: True}


def test_the_page_of_a_poll_asks_as_often_for_200_cities_as_for_20(app: Flask, organizer: OwnClient) -> None:
    counts = []
    for number in (20, 200):
        conference, _ = _table(number)
        poll = make.poll(conference)
        with counted_queries() as statements:
            assert organizer.get(f"/polls/{poll.id}").status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 15


def test_the_guests_page_stays_small_with_many_dates(app: Flask, client: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    service.add_options(poll, [datetime(2026, 11, day, 13, 0) for day in range(2, 14)])
    for option in queries.options_of(poll):
        option.announced_at = make.NOW
    db.session.commit()
    link = make.poll_link(people[0], poll)

    with counted_queries() as statements:
        page = client.get(link)

    assert len(page.data) < 50_000
    assert len(statements) <= 9


def test_a_link_with_one_open_question_leads_to_it(app: Flask, client: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    link = make.poll_link(people[0], poll)

    home = link.rpartition("/polls/")[0]

    assert client.get(home).headers["Location"] == link
    assert "Which dates suit?" in client.get(home + "?all=1").text


def test_the_language_switch_keeps_what_was_ticked_and_stores_nothing(app: Flask, client: OwnClient) -> None:
    conference, people = _table()
    poll = make.poll(conference)
    first, _ = queries.options_of(poll)

    page = client.post(
        make.poll_link(people[0], poll), data={f"option-{first.id}": "no", "switch_language": "tr"}
    )

    seen = BeautifulSoup(page.text, "html.parser")
    ticked = seen.select_one("input[checked]")
    assert ticked is not None
    assert ticked["value"] == "no"
    assert seen.html is not None
    assert seen.html["lang"] == "tr"
    assert queries.said_to(_question(poll, people[0])) == {}


def test_another_hour_can_be_looked_for_from_the_session_itself(app: Flask, organizer: OwnClient) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    db.session.commit()
    assert f"/polls/new?meeting={meeting.id}" in organizer.get(f"/meetings/{meeting.id}/edit").text
    data = {
        "titles-en": "Round Table",
        "first_day": "2026-10-26",
        "last_day": "2026-10-30",
        "duration_minutes": "60",
        "zone": "Europe/Istanbul",
        "close_day": "2026-09-20",
        "close_hour": "18:00",
    }

    organizer.post(f"/conferences/{meeting.conference_id}/polls/new?meeting={meeting.id}", data=data)

    assert db.session.query(DatePoll).one().meeting_id == meeting.id
    other = make.conference()
    db.session.commit()
    assert organizer.get(f"/conferences/{other.id}/polls/new?meeting={meeting.id}").status_code == 404


def test_nobody_is_asked_about_a_date_before_the_answers_close(app: Flask) -> None:
    poll = make.poll(_table()[0], stage=PollStage.DRAFT)
    service.add_options(poll, [datetime(2026, 9, 10, 11, 0)])
    db.session.flush()

    with pytest.raises(Refusal, match="before the first of the proposed dates"):
        asking_service.ask(poll)


def test_settling_the_hour_that_stands_already_tells_everybody_once(app: Flask) -> None:
    conference, people = _table(2)
    meeting = make.meeting(conference, titles=make.texts("Round Table"))
    invitations.invite(meeting)
    db.session.commit()
    poll = make.poll(conference)
    poll.meeting = meeting
    db.session.commit()

    planned, moved = settle_service.planned_settlement(queries.options_of(poll)[0])
    _, count = settle_service.settle(queries.options_of(poll)[0])

    letters = [one.kind for one in make.outbox() if one.kind != "invitation"]
    assert (len(planned), len(moved), count) == (2, 0, 2)
    assert letters == ["poll-settled"] * len(people)


def test_no_hour_is_looked_for_while_the_session_is_cancelled(app: Flask) -> None:
    conference, _ = _table(2)
    meeting = make.meeting(conference)
    poll = make.poll(conference)
    poll.meeting = meeting
    invitations.cancel(meeting)
    db.session.commit()

    with pytest.raises(Refusal, match="The session is cancelled"):
        settle_service.settle(queries.options_of(poll)[0])
    plan = service.SearchPlan(
        meeting.titles, "Europe/Istanbul", 90, poll.first_day, poll.last_day, poll.answers_close_at
    )
    with pytest.raises(Refusal, match="The session is cancelled"):
        service.begin(conference, plan, meeting)
