import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient, counted_queries

from roundtable.board.way import Step, way
from roundtable.db import db
from roundtable.web.charts import ribbon, table


def test_the_table_is_read_as_a_list_of_seats_with_their_answers(organizer: OwnClient) -> None:
    meeting = make.table_of(5)

    page = BeautifulSoup(organizer.get(f"/meetings/{meeting.id}").text, "html.parser")
    seats = [seat["aria-label"] for seat in page.select("svg [role=listitem]")]

    assert seats == [
        "City 000, no answer yet",
        "City 001, coming",
        "City 002, sends a deputy",
        "City 003, not sure yet",
        "City 004, not coming",
    ]
    assert page.select_one("svg .table-count").get_text(" ", strip=True) == "2 of 5 seats taken · 1 silent"  # type: ignore[union-attr]


@pytest.mark.parametrize("count", [1, 5, 20, 24, 40])
def test_names_around_the_table_do_not_touch(count: int) -> None:
    picture = table(count)
    half = picture.font_size / 2

    for index, one in enumerate(picture.seats):
        for other in picture.seats[index + 1 :]:
            apart = abs(one.label_y - other.label_y) >= half or abs(one.label_x - other.label_x) > 30
            assert apart, (one, other)
        assert abs(one.label_x) < picture.width / 2
        assert abs(one.label_y) < picture.height / 2


def test_a_very_large_table_shows_marks_and_leaves_the_names_to_the_list(organizer: OwnClient) -> None:
    meeting = make.table_of(45)

    page = organizer.get(f"/meetings/{meeting.id}").text

    assert 'class="city' not in page
    assert "All seats as a list" in page


def test_the_meeting_page_asks_the_database_as_often_for_sixty_as_for_three(organizer: OwnClient) -> None:
    counts = []
    for size in (3, 60):
        meeting = make.table_of(size)
        with counted_queries() as statements:
            organizer.get(f"/meetings/{meeting.id}")
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_a_ribbon_covers_the_whole_day_once() -> None:
    bands, present = ribbon(make.NOW, 90, "Europe/Berlin")

    assert sum(band.length for band in bands) == 24 * 60
    assert [band.kind for band in bands] == ["night", "edge", "office", "edge", "night"]
    assert (present.start, present.length) == (11 * 60, 90)


def test_the_way_marks_what_is_done_and_what_comes_next() -> None:
    marks = way(has_agenda=True, is_invited=False, is_over=False, is_approved=False, is_published=False)

    assert [(mark.step, mark.state) for mark in marks] == [
        (Step.DATE, "done"),
        (Step.AGENDA, "done"),
        (Step.INVITATIONS, "now"),
        (Step.MEETING, "open"),
        (Step.MINUTES, "open"),
        (Step.PRESS, "open"),
    ]


def test_an_empty_meeting_says_what_to_do_first(organizer: OwnClient) -> None:
    meeting = make.meeting()
    db.session.commit()

    assert "First the guest list" in organizer.get(f"/meetings/{meeting.id}").text


def test_who_has_not_been_invited_is_not_called_silent(organizer: OwnClient) -> None:
    meeting = make.meeting()
    make.participant(meeting.conference)
    db.session.commit()

    page = organizer.get(f"/meetings/{meeting.id}").text

    assert "seats taken · 0 silent" in page
    assert 'aria-label="Ankara, not invited yet"' in page
