"""The speaking order by each rule, with pinned speakers, as properties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.agenda.speaking import Order, Speaker, SpeakingRule, in_order, order_change


def _speaker(key: int, name: str, country: str = "TR", **more: object) -> Speaker:
    return Speaker(key, {"tr": name, "de": name}, country, key, **more)  # type: ignore[arg-type]  # its words


TABLE = [
    _speaker(1, "Çankaya", since=date(2024, 4, 3)),
    _speaker(2, "Cizre", since=date(2014, 4, 3)),
    _speaker(3, "Köln", "DE", is_host=True),
    _speaker(4, "Iğdır", since=date(2019, 4, 3)),
    _speaker(5, "İzmir"),
    _speaker(6, "Österreich", "DE"),
]


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (Order(SpeakingRule.HOST_FIRST), [3, 1, 2, 4, 5, 6]),
        (Order(SpeakingRule.ALPHABETICAL, "tr"), [2, 1, 4, 5, 3, 6]),
        (Order(SpeakingRule.SENIORITY), [2, 4, 1, 3, 5, 6]),
        (Order(SpeakingRule.ALTERNATING), [3, 1, 2, 4, 6, 5]),
    ],
)
def test_a_rule_orders_the_table(order: Order, wanted: list[int]) -> None:
    assert in_order(TABLE, order) == wanted


def test_by_hand_the_order_stays_and_new_ones_come_last() -> None:
    assert in_order(TABLE, Order(SpeakingRule.BY_HAND), present=[6, 1, 3]) == [6, 1, 3, 2, 4, 5]


def test_a_lot_can_be_drawn_again_by_whoever_knows_the_seed() -> None:
    first = in_order(TABLE, Order(SpeakingRule.LOT, seed=2020))

    assert first == [4, 2, 3, 1, 5, 6]
    assert in_order(TABLE, Order(SpeakingRule.LOT, seed=2020)) == first
    assert in_order(TABLE, Order(SpeakingRule.LOT, seed=2021)) != first


def test_twelve_and_eight_alternate_in_proportion() -> None:
    table = [_speaker(key, f"City {key}", "TR" if key < 12 else "DE") for key in range(20)]

    found = in_order(table, Order(SpeakingRule.ALTERNATING))

    countries = ["TR" if key < 12 else "DE" for key in found]
    for end in range(1, 21):
        assert abs(countries[:end].count("TR") - end * 12 / 20) <= 1


speakers = st.lists(
    st.builds(
        Speaker,
        st.integers(1, 30),
        st.dictionaries(st.sampled_from(["tr", "de", "en"]), st.text(min_size=1, max_size=6), min_size=1),
        st.sampled_from(["TR", "DE", "AT"]),
        st.integers(0, 30),
        st.booleans(),
        st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    ),
    unique_by=lambda one: one.id,
    max_size=12,
)
orders = st.builds(
    Order, st.sampled_from(SpeakingRule), st.sampled_from(["tr", "de", "en"]), st.integers(0, 99)
)


@given(speakers, orders, st.randoms(use_true_random=False), st.sets(st.integers(1, 30)))
def test_everybody_speaks_once_and_who_is_pinned_keeps_the_place(
    table: list[Speaker], order: Order, random: object, pinned: set[int]
) -> None:
    present = [one.id for one in table]
    random.shuffle(present)  # type: ignore[attr-defined]  # Hypothesis' own random

    found = in_order(table, order, present=present, pinned=frozenset(pinned))

    assert sorted(found) == sorted(present)
    for place, key in enumerate(present):
        if key in pinned:
            assert found[place] == key


@given(speakers, orders)
def test_a_rule_applied_twice_changes_nothing_the_second_time(table: list[Speaker], order: Order) -> None:
    once = in_order(table, order)

    assert in_order(table, order, present=once) == once
    assert order_change(once, once).is_empty


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(0, 8), st.integers(0, 8))
def test_a_change_of_order_names_who_joins_leaves_and_moves(
    one: list[int], other: list[int], kept: int, wanted: int
) -> None:
    present, new = one[:kept], other[:wanted]

    change = order_change(present, new)

    assert set(change.joining) == set(new) - set(present)
    assert set(change.leaving) == set(present) - set(new)
    assert {key for key, *_ in change.moving} <= set(new) & set(present)
    assert change.is_empty == (present == new)
