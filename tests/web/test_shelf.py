"""The shelf for pages that are the same for everybody."""

from roundtable.web.shelf import PAGES, Shelf


def test_the_page_that_was_not_asked_for_the_longest_makes_room() -> None:
    shelf = Shelf()
    for number in range(PAGES):
        shelf.put(number, f"page {number}")
    shelf.get(0)

    shelf.put("new", "one more")

    assert shelf.get(0) == "page 0"
    assert shelf.get(1) is None
    assert shelf.get("new") == "one more"


def test_a_page_that_is_put_twice_stands_there_once() -> None:
    shelf = Shelf()
    for _ in range(2 * PAGES):
        shelf.put("same", "page")
    shelf.put("other", "page")

    assert (shelf.get("same"), shelf.get("other")) == ("page", "page")
