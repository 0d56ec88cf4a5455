"""The yardstick of a page: the same data through one bare Flask view, SQLAlchemy and Jinja.

What the page asks the database for is noted while it is asked once, as the ORM's own statements; the bare view asks
the same, makes the same objects of the answers, and lets Jinja print as many words into as many elements as the
page has. It knows no languages, no forms, no pictures, no roles and no heads.
"""

from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup, Tag
from conftest import counted_queries
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from roundtable.db import db

TEMPLATE = "<!doctype html><title>x</title>{% for name, words in parts %}<{{ name }}>{{ words }}</{{ name }}>{% endfor %}"


def bare_call(app: Flask, client: FlaskClient, address: str) -> Callable[[], object]:
    """Return a call of the bare view that shows what the page at an address shows."""
    page, asked = _noted(client, address)
    parts = [
        (tag.name, words)
        for tag in BeautifulSoup(page, "lxml").find_all(True)
        if isinstance(tag, Tag) and (words := " ".join(tag.find_all(string=True, recursive=False)).strip())
    ]

    def view() -> str:
        for statement, parameters in asked:
            db.session.execute(statement, parameters).unique().all()
        return render_template_string(TEMPLATE, parts=parts)

    bare = Flask("bare")
    bare.config["SQLALCHEMY_DATABASE_URI"] = app.config["SQLALCHEMY_DATABASE_URI"]
    db.init_app(bare)
    bare.add_url_rule("/", view_func=view)
    caller = bare.test_client()
    with bare.app_context(), counted_queries() as statements:
        caller.get("/")
    assert _real(statements) == queries(client, address), address
    return lambda: caller.get("/")


def _noted(client: FlaskClient, address: str) -> tuple[str, list[tuple[Any, Any]]]:
    """Return a page and the statements that it asks; what an eager load adds comes by itself when they are asked again."""
    asked: list[tuple[Any, Any]] = []

    def note(state: ORMExecuteState) -> None:
        if not state.is_relationship_load or state.lazy_loaded_from is not None:
            asked.append((state.statement, state.parameters))

    event.listen(Session, "do_orm_execute", note)
    try:
        page = client.get(address).text
    finally:
        event.remove(Session, "do_orm_execute", note)
    return page, asked


def queries(client: FlaskClient, address: str) -> int:
    """Return how many statements a page sends to the database."""
    with counted_queries() as statements:
        client.get(address)
    return _real(statements)


def _real(statements: list[str]) -> int:
    return len([one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))])
