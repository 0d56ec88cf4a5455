import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable import addresses
from roundtable.words import paragraphs, shortened, tidy, tidy_lines


@given(st.text())
def test_a_tidy_line_stays_tidy_and_has_no_controls(text: str) -> None:
    line = tidy(text)

    assert tidy(line) == line
    assert "\n" not in line
    assert not any(ord(letter) < 0x20 or letter in "\u202e\u2028" for letter in line)


@given(st.text())
def test_tidy_lines_keep_line_feeds_only(text: str) -> None:
    assert "\r" not in tidy_lines(text)
    assert tidy_lines(tidy_lines(text)) == tidy_lines(text)


def test_paragraphs_are_parted_by_blank_lines() -> None:
    assert paragraphs("one\ntwo\n\n \nthree\n") == ["one\ntwo", "three"]


def test_a_long_text_is_cut_at_a_word() -> None:
    assert shortened("one two three", 9) == "one two…"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Office@EXAMPLE.org", "Office@example.org"),
        ("buero@köln.example", "buero@köln.example"),
        ("büro@köln.example", None),
        ("a@b", None),
        ("a@b@c.org", None),
        ("Name <a@example.org>", None),
        ("a@example.org\nBcc: b@example.org", None),
        ("", None),
    ],
)
def test_an_address_is_one_mailbox_or_none(typed: str, kept: str | None) -> None:
    assert addresses.checked(typed) == kept


def test_mailboxes_are_compared_without_turkish_surprises() -> None:
    assert addresses.same("BILGI@example.org", "bilgi@example.org")
    assert addresses.same("İLETİŞİM@example.org", "iletişim@example.org")
