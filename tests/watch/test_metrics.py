"""What Prometheus reads: behind a token, with names of pages and never an address."""

from collections.abc import Iterator
from dataclasses import replace

import make
import pytest
from conftest import OwnClient
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from roundtable.config import ConfigError, read
from roundtable.db import db
from roundtable.guests.queries import token_of
from roundtable.jobs import Background, Job
from roundtable.workers import run

TOKEN = "a-token-of-this-very-test-alone"


@pytest.fixture
def measured(app: Flask) -> Iterator[Flask]:
    """The program with a token for its measures."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(before, metrics_token=TOKEN)
    yield app
    app.config["ROUNDTABLE"] = before


def scrape(client: OwnClient) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and labels, as a server of Prometheus reads them."""
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ²"]
)
@pytest.mark.usefixtures("measured")
def test_without_the_token_there_is_no_such_page(client: OwnClient, header: str) -> None:
    assert (
        client.get("/metrics", headers={"Authorization": header.encode().decode("latin-1")}).status_code
        == 404
    )


def test_without_a_token_in_the_settings_there_is_no_such_page_for_anybody(client: OwnClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.usefixtures("measured")
def test_requests_are_counted_by_page_with_their_statements(client: OwnClient) -> None:
    one = make.invitation()
    link, token = make.link(one), token_of(make.contact_of(one))
    before = scrape(client)

    client.get(link)
    client.post(link, data={"answer": "accepted"})
    client.get("/nowhere/at/all")

    after = scrape(client)
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    added = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert added["roundtable_requests_total", "method=GET", "page=guest_page.meeting", "status=200"] == 1
    assert added["roundtable_requests_total", "method=POST", "page=guest_page.answer", "status=302"] == 1
    assert added["roundtable_requests_total", "method=GET", "page=nowhere", "status=404"] == 1
    assert added["roundtable_request_seconds_count", "page=guest_page.meeting"] == 1
    assert 3 <= added["roundtable_request_queries_sum", "page=guest_page.meeting"] <= 15
    assert token not in text


@pytest.mark.usefixtures("measured")
def test_the_state_is_that_of_the_database(client: OwnClient) -> None:
    one = make.invitation()
    client.post(make.link(one), data={"answer": "accepted"})

    found = scrape(client)

    assert found["roundtable_letters", "state=queued"] == len(make.outbox()) > 0
    assert found["roundtable_letters", "state=refused"] == 0
    assert found["roundtable_letters_late_seconds",] == 0
    assert found["roundtable_alarm", "kind=standstill"] == 1
    assert found["roundtable_free_bytes",] > 0
    assert any(
        key[0] == "roundtable_info" and any(one.startswith("tzdata=20") for one in key) for key in found
    )


@pytest.mark.usefixtures("measured")
def test_jobs_and_work_in_processes_are_measured_with_their_end(app: Flask, client: OwnClient) -> None:
    def breaks() -> int:
        raise ValueError("on purpose")

    before = scrape(client)
    Background(app, [])._run(Job("breaks", breaks, 1))
    run(len, b"work")

    after = scrape(client)
    for name in (
        ("roundtable_job_seconds_count", "job=breaks", "outcome=failed"),
        ("roundtable_document_work_seconds_count", "outcome=well", "work=len"),
    ):
        assert after[name] == before.get(name, 0) + 1


def test_a_short_token_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigError, match="METRICS_TOKEN must have 24 characters or more"):
        read({"ROUNDTABLE_METRICS_TOKEN": "short"})


@pytest.mark.usefixtures("measured")
def test_a_scrape_does_not_ask_more_of_a_larger_database(client: OwnClient) -> None:
    make.table_of(3)
    db.session.commit()
    scrape(client)
    name = ("roundtable_request_queries_sum", "page=metrics.show")
    first = scrape(client)[name]
    second = scrape(client)[name]
    make.table_of(30)
    db.session.commit()
    third = scrape(client)[name]
    fourth = scrape(client)[name]

    assert fourth - third == second - first
