"""What changed between two versions, and which translations are behind."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from roundtable.db import Texts
from roundtable.minutes.differences import Change, word_difference
from roundtable.minutes.numbers import decision_number, session_number
from roundtable.minutes.translations import rebased, stale

words = st.text(alphabet="ab \n", max_size=30)


@given(words, words)
def test_the_stretches_give_both_texts_back(before: str, after: str) -> None:
    found = word_difference(before, after)

    assert "".join(one.words for one in found if one.change is not Change.ADDED) == before
    assert "".join(one.words for one in found if one.change is not Change.REMOVED) == after


def test_one_word_more_is_one_stretch_more() -> None:
    found = word_difference("The cities set up a group.", "The twenty cities set up a group.")

    assert [one.words for one in found if one.change is not Change.SAME] == [" twenty"]


def test_a_translation_is_behind_when_the_original_moves_on() -> None:
    first = Texts({"tr": "Devam", "de": "Weiter"})
    marks = rebased(Texts(), Texts(), first, "tr")
    moved = Texts({"tr": "Devam ediyoruz", "de": "Weiter"})
    behind = rebased(first, marks, moved, "tr")

    assert stale(first, marks, "tr") == ()
    assert stale(moved, behind, "tr") == ("de",)
    assert stale(moved, rebased(moved, behind, moved, "tr", confirmed=("de",)), "tr") == ()
    changed = Texts({"tr": "Devam ediyoruz", "de": "Wir machen weiter"})
    assert stale(changed, rebased(moved, behind, changed, "tr"), "tr") == ()


def test_a_translation_that_was_behind_is_right_again_when_the_original_goes_back() -> None:
    first = Texts({"en": "One", "de": "Eins"})
    marks = rebased(Texts(), Texts(), first, "en")
    second = Texts({"en": "Two", "de": "Eins"})
    marks = rebased(first, marks, second, "en")

    assert stale(second, marks, "en") == ("de",)
    assert stale(first, rebased(second, marks, first, "en"), "en") == ()


def test_sessions_are_numbered_by_the_year_at_home() -> None:
    # 31 December, 22:00 UTC, is New Year in İstanbul.
    eve = datetime(2026, 12, 31, 22, 0, tzinfo=UTC)
    earlier = [datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)]

    assert session_number(eve, "Europe/Berlin", earlier) == "2026-03"
    assert session_number(eve, "Europe/Istanbul", earlier) == "2027-01"
    assert decision_number("2026-03", 4) == "2026-03/4"
