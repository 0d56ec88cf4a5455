import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.order import alternating, moved, search_key, sort_key


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "tr",
            ["Cizre", "Çanakkale", "Iğdır", "İstanbul", "İzmir", "Kars", "Ordu", "Ödemiş", "Siirt", "Şırnak"],
        ),
        ("de", ["Aachen", "Ägidienberg", "Augsburg", "Köln", "Konstanz", "Osnabrück", "Österreich"]),
        ("en", ["Ankara", "Cologne", "İzmir", "Nuremberg"]),
    ],
)
def test_names_stand_in_the_readers_alphabet(language: str, names: list[str]) -> None:
    assert sorted(reversed(names), key=lambda name: sort_key(name, language)) == names


@given(st.lists(st.text(max_size=8)), st.sampled_from(["tr", "de", "en"]))
def test_any_names_can_be_sorted_and_the_order_is_total(names: list[str], language: str) -> None:
    ordered = sorted(names, key=lambda name: sort_key(name, language))

    assert sorted(reversed(ordered), key=lambda name: sort_key(name, language)) == ordered


@pytest.mark.parametrize(
    ("one", "other"), [("İSTANBUL", "istanbul"), ("Iğdır", "ığdır"), ("KÖLN", "köln"), ("Muğla", "mugla")]
)
def test_search_finds_a_city_however_it_is_typed(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


def test_twelve_and_eight_alternate_in_proportion_and_the_host_begins() -> None:
    rows = [("TR", n) for n in range(12)] + [("DE", n) for n in range(8)]

    ordered = alternating(rows, lambda row: row[0])

    assert ordered[0] == ("TR", 0)
    assert sorted(ordered) == sorted(rows)
    countries = "".join(country[0] for country, _ in ordered)
    assert "TTT" not in countries
    assert "DD" not in countries


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 99)), unique=True))
def test_alternating_loses_nobody_and_keeps_the_order_inside_each_group(rows: list[tuple[str, int]]) -> None:
    ordered = alternating(rows, lambda row: row[0])

    assert sorted(ordered) == sorted(rows)
    for group in "ABC":
        assert [row for row in ordered if row[0] == group] == [row for row in rows if row[0] == group]
    assert ordered[:1] == rows[:1]


def test_moving_stops_at_the_ends() -> None:
    assert moved([1, 2, 3], 1, -1) == [1, 2, 3]
    assert moved([1, 2, 3], 2, -1) == [2, 1, 3]
    assert moved([1, 2, 3], 3, 1) == [1, 2, 3]
