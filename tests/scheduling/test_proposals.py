"""Which hours are proposed, and why."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable import times
from roundtable.errors import Refusal
from roundtable.languages import speaking
from roundtable.scheduling import festivities, reasons
from roundtable.scheduling.proposals import Closures, Group, Hours, Obstacle, Search, judged, propose

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CLOSURES = Closures(festivities.holiday, festivities.weekend, {})
TURKEY = Group("TR", "", "Europe/Istanbul", 10, 1)
WITH_HOLIDAY = Group("DE", "NW", "Europe/Berlin", 4)
WITHOUT = Group("DE", "BE", "Europe/Berlin", 6)
TABLE = [TURKEY, WITH_HOLIDAY, WITHOUT]


def _search(first: date, last: date, **more: object) -> Search:
    values = {"home": "Europe/Istanbul", "duration_minutes": 90, "not_before": LONG_AGO, **more}
    return Search(first, last, **values)  # type: ignore[arg-type]  # the words of Search


def test_the_best_hours_are_inside_everybodys_office_hours_and_off_weekends_and_holidays() -> None:
    found = propose(_search(date(2026, 6, 1), date(2026, 6, 14)), TABLE, CLOSURES)

    assert all(one.inside == one.cities == 20 and one.reasons == () for one in found[:9])
    assert {one.wall_time.date() for one in found[:9]} == {
        date(2026, 6, day) for day in (1, 2, 3, 5, 8, 9, 10, 11, 12)
    }


def test_a_holiday_of_some_states_is_the_reason_in_a_sentence(app: Flask) -> None:
    (found, *_) = propose(_search(date(2026, 6, 4), date(2026, 6, 4)), TABLE, CLOSURES)

    with speaking("de"):
        said = reasons.said(found, "de")
    assert said == [
        "16 von 20 Städten haben Dienstzeit",
        "Fronleichnam: 4 von 10 Städten (Deutschland)",
    ]


def test_hours_outside_the_office_are_named_with_their_place(app: Flask) -> None:
    tokyo = Group("JP", "", "Asia/Tokyo", 2)
    (found, *_) = propose(_search(date(2026, 6, 3), date(2026, 6, 3)), [*TABLE, tokyo], CLOSURES)

    with speaking("en"):
        said = reasons.said(found, "en")
    assert said == [
        "20 of 22 cities are in office hours",
        "outside office hours: 2 of 2 cities (Japan, time of Tokyo)",
    ]


def test_the_afternoon_of_an_eve_is_avoided_but_its_morning_is_not() -> None:
    eve = date(2026, 10, 28)
    found = propose(_search(eve, eve), [TURKEY], CLOSURES)

    assert all(one.wall_time.time() <= time(11, 30) for one in found if one.inside)
    late = judged(
        datetime(2026, 10, 28, 14, 0), datetime(2026, 10, 28, 11, 0, tzinfo=UTC), 60, [TURKEY], CLOSURES
    )
    assert [(one.obstacle, one.cities) for one in late.reasons] == [(Obstacle.HOLIDAY, 10)]


def test_other_office_hours_of_a_country_are_respected() -> None:
    early = Closures(
        festivities.holiday,
        festivities.weekend,
        {"DE": Hours(time(7), time(11)), "TR": Hours(time(8), time(12))},
    )
    found = propose(_search(date(2026, 6, 3), date(2026, 6, 3), duration_minutes=60), TABLE, early)

    assert found[0].inside == 20
    assert time(8) <= found[0].wall_time.time() <= time(11)


def test_who_is_required_counts_more_than_many_others() -> None:
    host = Group("JP", "", "Asia/Tokyo", 1, 1)
    many = Group("BR", "", "America/Sao_Paulo", 10)

    (best, *_) = propose(_search(date(2026, 6, 3), date(2026, 6, 3)), [host, many], CLOSURES)

    assert best.required_outside == 0
    assert best.inside == 1


def test_nothing_is_proposed_in_the_past_nor_without_anybody_at_the_table() -> None:
    now = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)

    found = propose(_search(date(2026, 6, 1), date(2026, 6, 3), not_before=now), TABLE, CLOSURES)

    assert found
    assert all(one.starts_at > now for one in found)
    assert propose(_search(date(2026, 6, 1), date(2026, 6, 3)), [], CLOSURES) == []


ZONES = sorted(times.zone_names())
groups = st.builds(
    Group,
    st.sampled_from(["DE", "TR", "US", "JP", "SA", "XX"]),
    st.sampled_from(["", "NW", "BE"]),
    st.sampled_from(ZONES),
    st.integers(1, 12),
    st.integers(0, 1),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(groups, min_size=1, max_size=5),
    st.dates(date(2026, 1, 1), date(2028, 12, 1)),
    st.sampled_from(ZONES),
    st.sampled_from([30, 90, 240]),
)
def test_what_is_counted_fast_is_what_each_city_finds_by_itself(
    table: list[Group], first: date, home: str, minutes: int
) -> None:
    """The sweep over all hours and the judgement of one must agree, in every zone and around changes."""
    found = propose(
        _search(first, first + timedelta(days=6), home=home, duration_minutes=minutes),
        table,
        CLOSURES,
        most=400,
        per_day=48,
    )

    cities = sum(group.cities for group in table)
    previous = None
    for one in found:
        assert times.instant(one.wall_time, ZoneInfo(home)) == one.starts_at
        assert 0 <= one.inside <= one.cities == cities
        merit = (one.required_outside, cities - one.inside)
        assert previous is None or previous <= merit
        previous = merit


@settings(max_examples=40, deadline=None)
@given(st.lists(groups, min_size=1, max_size=5), st.dates(date(2026, 1, 1), date(2028, 12, 1)), st.randoms())
def test_the_order_of_the_guest_list_does_not_matter(table: list[Group], first: date, random: object) -> None:
    mixed = list(table)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis' own random

    search = _search(first, first + timedelta(days=4))
    one, other = propose(search, table, CLOSURES), propose(search, mixed, CLOSURES)

    assert [(p.wall_time, p.inside) for p in one] == [(p.wall_time, p.inside) for p in other]


def test_an_hour_that_the_clocks_swallow_is_never_proposed() -> None:
    day = date(2027, 3, 28)
    found = propose(
        _search(day, day, home="Europe/Berlin", duration_minutes=30), TABLE, CLOSURES, most=100, per_day=100
    )

    assert len(found) == 46
    for one in found:
        try:
            times.instant(one.wall_time, ZoneInfo("Europe/Berlin"))
        except Refusal:  # pragma: no cover - the failure that this test is about
            raise AssertionError(one) from None
