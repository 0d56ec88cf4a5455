"""Pinned hours, overlap and slack in the running order."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from roundtable.agenda.timing import Planned, fixed_instant, laid_out

ISTANBUL, BERLIN = ZoneInfo("Europe/Istanbul"), ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 20, 10, 0, tzinfo=UTC)  # 13:00 in İstanbul


def test_a_pinned_item_begins_at_its_hour_with_slack_or_overlap_before_it() -> None:
    laid = laid_out(
        START, ISTANBUL, [Planned(10), Planned(20, time(13, 30)), Planned(5, time(13, 45)), Planned(5)]
    )

    assert [one.gap_minutes for one in laid] == [0, 20, -5, 0]
    begins = [(one.time.starts_at - START) // timedelta(minutes=1) for one in laid]
    assert begins == [0, 30, 45, 50]


def test_an_hour_after_midnight_is_the_night_after() -> None:
    late = datetime(2026, 10, 20, 20, 30, tzinfo=UTC)  # 23:30 in İstanbul

    assert fixed_instant(late, ISTANBUL, time(0, 15)) == datetime(2026, 10, 20, 21, 15, tzinfo=UTC)


def test_an_hour_that_the_clocks_swallow_pins_nothing() -> None:
    night = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)  # 01:00 in Berlin

    laid = laid_out(night, BERLIN, [Planned(10), Planned(10, time(2, 30))])

    assert laid[1].gap_minutes == 0


@given(
    st.lists(st.builds(Planned, st.integers(0, 90), st.none() | st.times()), max_size=12),
    st.sampled_from([ISTANBUL, BERLIN]),
)
def test_every_item_takes_its_minutes_and_gaps_add_up(items: list[Planned], zone: ZoneInfo) -> None:
    laid = laid_out(START, zone, items)

    follows_at = START
    for item, one in zip(items, laid, strict=True):
        assert one.time.ends_at - one.time.starts_at == timedelta(minutes=item.minutes)
        assert one.gap_minutes == 0 or item.fixed_time is not None
        follows_at = one.time.ends_at
    assert laid == [] or follows_at == laid[-1].time.ends_at
