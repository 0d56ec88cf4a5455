"""Who is reminded when, by itself and by hand, and who is not."""

from datetime import UTC, date, datetime, timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.invitations import jobs, reminder_service, service
from roundtable.invitations.models import Invitation
from roundtable.invitations.reminders import Schedule, due
from roundtable.invitations.rsvp import Answer
from roundtable.mail.delivery import deliver_due
from roundtable.mail.models import LetterState

STARTS = datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
CLOSES = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
SCHEDULE = Schedule(STARTS, CLOSES, "Europe/Istanbul", 7, 2, 24)


def _due(now: datetime, answer: Answer = Answer.NEEDS_ACTION, **more: object) -> str:
    values: dict[str, object] = {
        "answer": answer,
        "asked_at": datetime(2026, 9, 1, tzinfo=UTC),
        "answered_at": None,
        "sure_by": None,
        **more,
    }
    found = due(SCHEDULE, now=now, **values)  # type: ignore[arg-type]  # named as they are there
    return f"{found.kind} {found.mark}" if found else ""


def test_the_silent_are_reminded_before_the_deadline_and_once_more() -> None:
    week, two_days = CLOSES - timedelta(days=7), CLOSES - timedelta(days=2)

    assert _due(week - timedelta(minutes=1)) == ""
    assert _due(week) == "reminder first"
    assert _due(two_days - timedelta(minutes=1)) == "reminder first"
    assert _due(two_days) == "last-reminder last"
    assert _due(CLOSES) == ""


def test_nobody_is_reminded_of_what_has_just_arrived() -> None:
    asked = CLOSES - timedelta(days=3)

    assert _due(CLOSES - timedelta(days=2, hours=12), asked_at=asked) == ""
    assert _due(CLOSES - timedelta(days=1), asked_at=asked) == "last-reminder last"


def test_who_was_not_sure_is_asked_on_the_promised_morning_and_before_the_end() -> None:
    promised = {"sure_by": date(2026, 9, 20), "answered_at": datetime(2026, 9, 5, tzinfo=UTC)}

    assert _due(datetime(2026, 9, 20, 5, 59, tzinfo=UTC), Answer.TENTATIVE, **promised) == ""
    # Nine o'clock in İstanbul is six o'clock in UTC.
    assert (
        _due(datetime(2026, 9, 20, 6, 0, tzinfo=UTC), Answer.TENTATIVE, **promised)
        == "unsure-reminder 2026-09-20"
    )
    assert _due(CLOSES - timedelta(days=1), Answer.TENTATIVE, **promised) == "unsure-reminder last"


def test_who_comes_is_reminded_a_day_before_and_who_does_not_never() -> None:
    day_before = STARTS - timedelta(hours=24)

    assert _due(day_before - timedelta(minutes=1), Answer.ACCEPTED) == ""
    assert _due(day_before, Answer.ACCEPTED) == "session-reminder before"
    assert _due(day_before, Answer.DELEGATED) == "session-reminder before"
    assert _due(day_before, Answer.DECLINED) == ""
    assert _due(STARTS, Answer.ACCEPTED) == ""


moments = st.datetimes(datetime(2026, 8, 1), datetime(2026, 11, 30), timezones=st.just(UTC))


@given(
    now=moments,
    asked=moments,
    answered=st.none() | moments,
    answer=st.sampled_from(list(Answer)),
    deadline=st.none() | moments,
    first=st.none() | st.integers(1, 90),
    last=st.none() | st.integers(1, 90),
    hours=st.none() | st.integers(1, 336),
    sure_by=st.none() | st.dates(date(2026, 8, 1), date(2026, 11, 30)),
)
def test_no_reminder_ever_comes_too_late_or_to_who_said_no(
    now: datetime,
    asked: datetime,
    answered: datetime | None,
    answer: Answer,
    deadline: datetime | None,
    first: int | None,
    last: int | None,
    hours: int | None,
    sure_by: date | None,
) -> None:
    schedule = Schedule(STARTS, deadline, "Europe/Berlin", first, last, hours)

    found = due(schedule, answer=answer, asked_at=asked, answered_at=answered, sure_by=sure_by, now=now)

    if found is not None:
        assert now < STARTS
        assert answer is not Answer.DECLINED
        assert asked < now
        assert answer.takes_seat == (found.kind == "session-reminder")
        assert answer.takes_seat or deadline is None or now < deadline


def _meeting(*answers: Answer) -> tuple[Meeting, list[Invitation]]:
    meeting = make.meeting()
    for index, _ in enumerate(answers):
        make.contact(make.participant(meeting.conference, f"City {index}"), f"office{index}@example.org")
    service.invite(meeting)
    invitations = list(db.session.scalars(select(Invitation).order_by(Invitation.id)))
    for one, answer in zip(invitations, answers, strict=True):
        one.answer = answer
        one.answered_at = make.NOW if answer is not Answer.NEEDS_ACTION else None
    db.session.commit()
    return meeting, invitations


def _at(moment: datetime) -> None:
    clock.set_source(lambda: moment)


def _reminders() -> list[tuple[str, str]]:
    return [(x.kind, x.recipient_email) for x in make.outbox() if "reminder" in x.kind]


def test_automatic_reminders_reach_the_silent_alone_and_never_twice(app: Flask) -> None:
    meeting, _ = _meeting(Answer.NEEDS_ACTION, Answer.ACCEPTED, Answer.DECLINED, Answer.NEEDS_ACTION)
    closes = meeting.answers_close_at
    assert closes is not None
    _at(closes - timedelta(days=6))
    jobs.remind()
    jobs.remind()

    assert _reminders() == [("reminder", "office0@example.org"), ("reminder", "office3@example.org")]
    _at(closes - timedelta(days=1))
    for _ in range(3):
        jobs.remind()
    assert _reminders()[2:] == [
        ("last-reminder", "office0@example.org"),
        ("last-reminder", "office3@example.org"),
    ]


def test_after_a_long_pause_only_the_latest_reminder_is_sent(app: Flask) -> None:
    meeting, _ = _meeting(Answer.NEEDS_ACTION)
    assert meeting.answers_close_at is not None
    _at(meeting.answers_close_at - timedelta(hours=3))

    jobs.remind()

    assert _reminders() == [("last-reminder", "office0@example.org")]


def test_a_meeting_that_reminds_nobody_reminds_nobody(app: Flask) -> None:
    meeting, _ = _meeting(Answer.NEEDS_ACTION, Answer.ACCEPTED)
    meeting.reminder_days = meeting.last_reminder_days = meeting.session_reminder_hours = None
    db.session.commit()
    for days in range(1, 50):
        _at(make.NOW + timedelta(days=days))
        jobs.remind()

    assert _reminders() == []


def test_who_answers_while_the_reminder_waits_does_not_get_it(app: Flask, client: OwnClient) -> None:
    meeting, (one, _) = _meeting(Answer.NEEDS_ACTION, Answer.NEEDS_ACTION)
    assert meeting.answers_close_at is not None
    _at(meeting.answers_close_at - timedelta(days=6))
    jobs.remind()
    client.post(make.link(one), data={"answer": "accepted"})
    from dataclasses import replace

    app.config["ROUNDTABLE"] = replace(app.config["ROUNDTABLE"], smtp_url="")
    deliver_due()
    app.config["ROUNDTABLE"] = replace(app.config["ROUNDTABLE"], smtp_url="smtp+plain://127.0.0.1:1")

    states = {x.recipient_email: (x.state, x.last_error) for x in make.outbox() if x.kind == "reminder"}
    assert states == {
        "office0@example.org": (LetterState.DROPPED, "answered meanwhile"),
        "office1@example.org": (LetterState.HANDED_OVER, ""),
    }


def test_a_cancelled_session_takes_its_waiting_reminders_and_invitations_back(app: Flask) -> None:
    meeting, _ = _meeting(Answer.NEEDS_ACTION)
    assert meeting.answers_close_at is not None
    _at(meeting.answers_close_at - timedelta(days=6))
    jobs.remind()
    service.cancel(meeting)
    db.session.commit()
    from dataclasses import replace

    app.config["ROUNDTABLE"] = replace(app.config["ROUNDTABLE"], smtp_url="")
    deliver_due()
    app.config["ROUNDTABLE"] = replace(app.config["ROUNDTABLE"], smtp_url="smtp+plain://127.0.0.1:1")

    assert [(x.kind, x.state.value) for x in make.outbox()] == [
        ("invitation", "dropped"),
        ("reminder", "dropped"),
        ("cancellation", "handed-over"),
    ]
    assert jobs.remind() == 0


def test_a_moved_session_reminds_anew(app: Flask) -> None:
    meeting, _ = _meeting(Answer.NEEDS_ACTION)
    assert meeting.answers_close_at is not None
    _at(meeting.answers_close_at - timedelta(days=6))
    jobs.remind()
    meeting.arrange(meeting.titles, datetime(2026, 11, 20, 13, 0), "Europe/Istanbul", 90)
    meeting.answers_close_at = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
    db.session.commit()
    assert jobs.remind() == 0  # nobody knows of the new date yet
    service.tell_changes(meeting)
    db.session.commit()

    _at(datetime(2026, 11, 5, 9, 0, tzinfo=UTC))
    jobs.remind()

    assert [kind for kind, _ in _reminders()] == ["reminder", "reminder"]


def test_reminders_by_hand_are_seen_first_and_sent_once_a_day(organizer: OwnClient) -> None:
    meeting, invitations = _meeting(
        Answer.NEEDS_ACTION, Answer.TENTATIVE, Answer.ACCEPTED, Answer.NEEDS_ACTION
    )
    chosen = [one.id for one in invitations[:3]]
    query = "&".join(f"invitation={one}" for one in chosen)

    preview = organizer.get(f"/meetings/{meeting.id}/invitations/preview/reminders?{query}").text
    first = organizer.post(f"/meetings/{meeting.id}/invitations/remind", data={"invitation": chosen})
    again = organizer.post(f"/meetings/{meeting.id}/invitations/remind", data={"invitation": chosen})

    assert "2 letters, each to one address." in preview
    assert "Your decision: Round Table en" in preview
    assert (first.status_code, again.status_code) == (302, 409)
    assert _reminders() == [("reminder", "office0@example.org"), ("unsure-reminder", "office1@example.org")]
    _at(make.NOW + timedelta(days=1))
    assert reminder_service.remind_by_hand(meeting, set(chosen)) == 2


def test_reminding_nobody_is_refused(app: Flask) -> None:
    meeting, (one,) = _meeting(Answer.DECLINED)

    with pytest.raises(Refusal, match="Nobody in this selection"):
        reminder_service.remind_by_hand(meeting, {one.id})


def test_one_click_turns_reminders_off_for_this_mailbox(client: OwnClient) -> None:
    meeting, (one, _) = _meeting(Answer.NEEDS_ACTION, Answer.NEEDS_ACTION)
    address = make.link(one).split("/meetings")[0] + "/reminders"

    assert client.get(address).status_code == 200
    assert make.contact_of(one).gets_reminders
    client.post(address, data={"List-Unsubscribe": "One-Click"})

    db.session.expire_all()
    assert not make.contact_of(one).gets_reminders
    assert meeting.answers_close_at is not None
    _at(meeting.answers_close_at - timedelta(days=6))
    jobs.remind()
    assert _reminders() == [("reminder", "office1@example.org")]
    assert make.outbox()[-1].unsubscribe_path == "/reminders"
