"""Pages that are the same for everybody, made once: for readers who bring nothing along."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Flask, current_app, request

PAGES = 256
"""How many pages (some 20 kB each) a process keeps; those that were asked for last stay."""


class Shelf:
    """The pages of one process, each under everything that it says."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> str | None:
        """Return the page with this key, if it is there."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
        return found

    def put(self, key: Hashable, page: str) -> None:
        """Keep a page; the one that was not asked for the longest makes room."""
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > PAGES:
                self._pages.popitem(last=False)


def same_for_all(key: Hashable, make: Callable[[], str]) -> str:
    """Return the page that `make` writes, from the shelf where it stands there.

    `key` names everything that the page depends on. Somebody with a cookie may have signed in or have been told
    something, and words behind the address may choose a language: their page is made for them.
    """
    if request.cookies or request.query_string:
        return make()
    shelf: Shelf = current_app.extensions["roundtable.shelf"]
    page = shelf.get(key)
    if page is None:
        page = make()
        shelf.put(key, page)
    return page


def init_app(app: Flask) -> None:
    """Give the app its shelf."""
    app.extensions["roundtable.shelf"] = Shelf()
