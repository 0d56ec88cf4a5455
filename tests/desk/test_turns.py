"""Clocks and the forecast."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from roundtable.desk.turns import PlannedTurn, RunningItem, Watch, ends, seconds_left

START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_a_clock_counts_while_it_runs_and_keeps_what_it_counted() -> None:
    watch = Watch().started(at(0)).stopped(at(1)).started(at(5))

    assert (watch.at(at(6.5)), watch.stopped(at(7)).at(at(60)), watch.started(at(6)).at(at(7))) == (
        150,
        180,
        180,
    )


def test_a_clock_that_went_back_counts_nothing() -> None:
    assert Watch(30, at(5)).at(at(4)) == 30


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600), st.booleans())))
def test_who_speaks_longer_than_planned_takes_nothing_from_the_others(
    turns: list[tuple[int, int, bool]],
) -> None:
    left = seconds_left([PlannedTurn(*turn) for turn in turns])

    assert left == sum(max(0, planned - spoken) for planned, spoken, to_come in turns if to_come)


def test_before_the_meeting_the_forecast_is_the_plan() -> None:
    items = [RunningItem(10), RunningItem(60), RunningItem(5)]

    assert ends(items, START, at(-30)) == [at(10), at(70), at(75)]


def test_a_late_speaker_pushes_everything_behind() -> None:
    turns = [PlannedTurn(180, 300, True), PlannedTurn(180, 0, True)]
    items = [RunningItem(10, at(0), at(12)), RunningItem(6, at(12), None, turns), RunningItem(5)]

    assert ends(items, START, at(17)) == [at(12), at(20), at(25)]


def test_an_item_that_was_passed_over_takes_no_time() -> None:
    items = [RunningItem(10), RunningItem(20, at(3))]

    assert ends(items, START, at(13)) == [at(13), at(23)]


def test_the_buffer_of_a_round_counts_until_it_has_begun() -> None:
    turns = [PlannedTurn(180, 0, True), PlannedTurn(180, 0, True)]

    assert ends([RunningItem(10, turns=turns)], START, START) == [at(10)]


def test_skipped_speakers_make_the_round_end_earlier() -> None:
    turns = [PlannedTurn(180, 0, True), PlannedTurn(180, 0, False)]

    assert ends([RunningItem(6, at(0), None, turns)], START, at(0)) == [at(3)]
