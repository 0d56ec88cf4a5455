"""Public holidays by country and German state, named in the reader's language."""

from datetime import date

import pytest
from flask import Flask

from roundtable.languages import speaking
from roundtable.scheduling.festivities import holiday, states, weekend


def _called(day: date, country: str, state: str, language: str) -> str:
    found = holiday(day, country, state)
    assert found is not None
    with speaking(language):
        return found.called()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Corpus Christi"), ("de", "Fronleichnam"), ("tr", "Fronleichnam (Katolik yortusu)")],
)
def test_a_german_holiday_has_a_name_in_every_language(app: Flask, language: str, said: str) -> None:
    assert _called(date(2026, 6, 4), "DE", "NW", language) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Republic Day"),
        ("de", "Tag der Republik"),
        ("tr", "Cumhuriyet Bayramı"),
    ],
)
def test_a_turkish_holiday_has_a_name_in_every_language(app: Flask, language: str, said: str) -> None:
    assert _called(date(2026, 10, 29), "TR", "", language) == said


def test_a_state_has_holidays_that_its_neighbour_has_not() -> None:
    assert holiday(date(2026, 6, 4), "DE", "NW") is not None
    assert holiday(date(2026, 6, 4), "DE", "BE") is None
    assert len(states("DE")) == 16


def test_a_religious_feast_is_said_to_be_a_forecast(app: Flask) -> None:
    assert _called(date(2027, 5, 17), "TR", "", "de") == "Opferfest (Prognose)"
    assert _called(date(2027, 5, 17), "TR", "", "tr") == "Kurban Bayramı (tahmini)"


def test_the_eve_of_a_feast_closes_offices_in_the_afternoon_only(app: Flask) -> None:
    eve = holiday(date(2026, 10, 28), "TR", "")

    assert eve is not None
    assert eve.is_half_day
    assert _called(date(2026, 10, 28), "TR", "", "en") == "Republic Day (afternoon)"


def test_two_feasts_on_one_day_are_both_named(app: Flask) -> None:
    assert _called(date(2027, 5, 19), "TR", "", "tr").startswith(
        "Atatürk’ü Anma, Gençlik ve Spor Bayramı, Kurban Bayramı"
    )


def test_a_country_that_is_not_known_has_no_holidays_and_the_usual_weekend() -> None:
    assert holiday(date(2026, 10, 29), "XX", "") is None
    assert weekend("XX") == {5, 6}
    assert weekend("SA") == {4, 5}
