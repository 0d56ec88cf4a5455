from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable import times
from roundtable.errors import Refusal

BERLIN, ISTANBUL = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Istanbul")
zones = st.sampled_from(sorted(times.zone_names()))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2050, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@pytest.mark.parametrize(
    ("day", "berlin_hour"),
    [((2026, 10, 20), 13), ((2026, 10, 27), 12), ((2027, 3, 26), 12), ((2027, 3, 30), 13)],
)
def test_the_gap_between_istanbul_and_berlin_is_one_hour_in_summer_and_two_in_winter(
    day: tuple[int, int, int], berlin_hour: int
) -> None:
    moment = times.instant(datetime(*day, 14, 0), ISTANBUL)

    assert times.wall(moment, BERLIN) == datetime(*day, berlin_hour, 0)


def test_a_wall_time_that_does_not_exist_is_refused_and_the_change_is_named() -> None:
    with pytest.raises(Refusal) as refusal:
        times.instant(datetime(2026, 3, 29, 2, 30), BERLIN)

    assert str(refusal.value) == (
        "2026-03-29 02:30 does not exist in Europe/Berlin: clocks go forward from 02:00 to 03:00 that day. "
        "Please choose another time."
    )


def test_a_wall_time_that_comes_twice_is_refused_and_the_change_is_named() -> None:
    with pytest.raises(Refusal) as refusal:
        times.instant(datetime(2026, 10, 25, 2, 30), BERLIN)

    assert str(refusal.value) == (
        "2026-10-25 02:30 comes twice in Europe/Berlin: clocks go back from 03:00 to 02:00 that day. "
        "Please choose another time."
    )


def test_the_last_minute_before_a_gap_and_the_first_after_it_are_taken() -> None:
    before = times.instant(datetime(2026, 3, 29, 1, 59), BERLIN)
    after = times.instant(datetime(2026, 3, 29, 3, 0), BERLIN)

    assert after - before == timedelta(minutes=1)


@given(moments, zones)
def test_what_a_clock_shows_leads_back_to_its_instant_or_is_refused(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    wall_time = times.wall(moment, zone)

    try:
        found = times.instant(wall_time, zone)
    except Refusal:
        # Only a doubled wall time can be ambiguous: some clock did show it.
        assert "comes twice" in times.DOUBLED
        early = wall_time.replace(tzinfo=zone, fold=0).utcoffset()
        late = wall_time.replace(tzinfo=zone, fold=1).utcoffset()
        assert early is not None
        assert late is not None
        assert early > late
    else:
        assert found == moment


@given(st.datetimes(datetime(1970, 1, 2), datetime(2050, 1, 1)), zones)
def test_no_wall_time_of_any_zone_breaks_the_arithmetic(wall_time: datetime, name: str) -> None:
    try:
        moment = times.instant(wall_time, ZoneInfo(name))
    except Refusal as refusal:
        assert name in str(refusal)
    else:
        assert times.wall(moment, ZoneInfo(name)) == wall_time


@pytest.mark.parametrize("name", ["", "Berlin", "Etc/GMT+3", "UTC+3", "posix/Europe/Berlin", "../etc/passwd"])
def test_a_zone_must_be_the_name_of_a_place(name: str) -> None:
    with pytest.raises(Refusal):
        times.zone_named(name)


def test_instants_and_wall_times_are_not_confused() -> None:
    with pytest.raises(ValueError, match="naive"):
        times.instant(datetime(2026, 1, 1, tzinfo=UTC), BERLIN)
    with pytest.raises(ValueError, match="aware"):
        times.wall(datetime(2026, 1, 1), BERLIN)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ((2026, 10, 20), (2026, 10, 27), [("2026-10-25", 60, 120)]),
        ((2027, 3, 20), (2027, 11, 5), [("2027-03-28", 120, 60), ("2027-10-31", 60, 120)]),
        ((2026, 11, 1), (2027, 3, 1), []),
    ],
)
def test_a_change_of_the_gap_is_found_on_its_day(
    first: tuple[int, int, int], last: tuple[int, int, int], found: list[tuple[str, int, int]]
) -> None:
    changes = times.gap_changes(
        datetime(*first, 10, tzinfo=UTC),
        datetime(*last, 10, tzinfo=UTC),
        "Europe/Istanbul",
        ["Europe/Berlin"],
    )

    assert [(str(one.day), -one.before_minutes, -one.after_minutes) for one in changes] == found


@settings(max_examples=60, deadline=None)
@given(moments, st.integers(1, 120), zones, zones)
def test_between_two_instants_the_changes_lead_from_the_first_gap_to_the_last(
    first: datetime, days: int, home: str, other: str
) -> None:
    last = first + timedelta(days=days)
    changes = times.gap_changes(first, last, home, [other])

    gap = times.gap_minutes(first, ZoneInfo(home), ZoneInfo(other))
    for one in changes:
        assert one.before_minutes == gap
        gap = one.after_minutes
    assert gap == times.gap_minutes(last, ZoneInfo(home), ZoneInfo(other))
