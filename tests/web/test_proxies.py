"""Where somebody comes from is said by our own proxies alone, as many as the settings name."""

import json
from collections.abc import Iterator
from pathlib import Path

import make
import pytest
from conftest import settings_for
from flask import Flask
from sqlalchemy import select

from roundtable import clock, create_app, schema
from roundtable.audit.models import AuditDetail
from roundtable.db import db


@pytest.fixture(params=[0, 1, 2])
def behind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Flask, int]]:
    """A program behind so many proxies."""
    app = create_app(settings_for(tmp_path, trusted_proxies=request.param), testing=True)
    clock.set_source(lambda: make.NOW)
    with app.app_context():
        schema.upgrade()
        make.user()
        db.session.commit()
        yield app, request.param
        db.session.remove()
        db.engine.dispose()
    clock.set_source(None)


def test_only_our_own_proxies_are_believed(behind: tuple[Flask, int]) -> None:
    app, hops = behind
    seen = {0: "127.0.0.0/24", 1: "192.0.2.0/24", 2: "198.51.100.0/24"}

    client = app.test_client()
    page = client.get("/sign-in")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(
        "/sign-in",
        data={"email": "organizer@example.org", "password": "wrong", "csrf_token": token},
        # The first is what a liar sends; our proxies add at the end.
        headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7, 192.0.2.5"},
    )

    details = [json.loads(one) for one in db.session.scalars(select(AuditDetail.content))]
    assert [one["from"] for one in details if "from" in one] == [seen[hops]]


def test_a_foreign_host_is_refused_whatever_proxy_header_names_it(behind: tuple[Flask, int]) -> None:
    app, hops = behind
    client = app.test_client()

    forwarded = client.get("/sign-in", headers={"X-Forwarded-Host": "evil.example, evil.example"})
    direct = client.get("/sign-in", headers={"Host": "evil.example"})

    assert forwarded.status_code == (400 if hops else 200)
    assert "//evil" not in forwarded.text
    assert direct.status_code == 400
