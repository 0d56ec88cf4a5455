"""Pictures and documents in a folder or in a bucket: the same calls, and words when it is not there."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import obstore
import pytest
from conftest import OwnClient, free_port, settings_for
from flask import Flask
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from press import newsroom

from roundtable import storage
from roundtable.config import ConfigError, Settings, read
from roundtable.object_stores import Bucket, NoBucketError, bucket

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """An S3 service on the loopback; returns its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port())
    server.start()
    yield f"http://127.0.0.1:{server._server.server_port}"  # type: ignore[union-attr]  # it has started
    server.stop()


def in_bucket(settings: Settings, endpoint: str, name: str = "roundtable", prefix: str = "city") -> Settings:
    """Return settings whose files lie in a bucket."""
    address = f"s3://{name}/{prefix}?endpoint={endpoint}&region=eu-central-1"
    return replace(settings, storage_url=address, storage_key_id="key", storage_secret="secret")


def new_bucket(endpoint: str, name: str) -> None:
    """Make a bucket, as its owner does before the program is set up."""
    import urllib.request

    request = urllib.request.Request(f"{endpoint}/{name}", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture(params=["folder", "bucket"])
def stored(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Iterator[storage.Store]:
    """The program's store: a folder, then a bucket."""
    settings = settings_for(tmp_path)
    if request.param == "bucket":
        endpoint = request.getfixturevalue("service")
        new_bucket(endpoint, "roundtable")
        settings = in_bucket(settings, endpoint, prefix=tmp_path.name)
    before = storage.present_store()
    app.extensions[storage.FILES] = storage.open_store(settings)
    yield app.extensions[storage.FILES]
    app.extensions[storage.FILES] = before


def test_what_is_kept_is_found_again_under_a_key_that_nobody_guesses(stored: storage.Store) -> None:
    key = storage.keep(b"a picture", kind="pictures", ending="jpg")

    assert storage.read(key) == b"a picture"
    assert storage.keys(stored) == [key]
    assert len(key) == len("pictures/.jpg") + 32


def test_what_is_there_is_never_overwritten(stored: storage.Store) -> None:
    key = storage.keep(b"first", kind="pictures", ending="jpg")

    with pytest.raises(obstore.exceptions.AlreadyExistsError):
        obstore.put(stored, key, b"second", mode="create")

    assert storage.read(key) == b"first"


def test_what_is_missing_is_missing_and_no_fault(stored: storage.Store) -> None:
    with pytest.raises(FileNotFoundError):
        storage.read("pictures/0123.jpg")


def test_everything_comes_out_and_goes_in_again(stored: storage.Store, tmp_path: Path) -> None:
    kept = {storage.keep(bytes([number]) * 1000, kind="logos", ending="png"): number for number in range(5)}

    out = storage.copy_out(stored, tmp_path / "out")
    storage.copy_in(storage.open_store(settings_for(tmp_path / "other")), tmp_path / "out")

    assert out == sorted(kept)
    other = tmp_path / "other" / "files"
    assert {str(file.relative_to(other)) for file in other.rglob("*.png")} == set(kept)


def test_a_summary_is_published_and_read_from_a_bucket(
    app: Flask, organizer: OwnClient, service: str, tmp_path: Path
) -> None:
    new_bucket(service, "press")
    before = storage.present_store()
    app.extensions[storage.FILES] = storage.open_store(in_bucket(settings_for(tmp_path), service, "press"))
    try:
        summary, _ = newsroom.begun_summary()
        newsroom.add_picture(summary)
        publication = newsroom.published(summary)
        page = organizer.get(f"/press/{publication.slug}/en")
        pdf = organizer.get(f"/press/{publication.slug}/en.pdf")
        kinds = {key.partition("/")[0] for key in storage.keys(storage.present_store())}
    finally:
        app.extensions[storage.FILES] = before

    assert page.status_code == 200
    assert pdf.data.startswith(b"%PDF-")
    assert kinds == {"pictures", "publications"}


def test_a_bucket_that_does_not_answer_is_a_page_soon_and_no_missing_file(
    app: Flask, organizer: OwnClient, tmp_path: Path
) -> None:
    summary, _ = newsroom.begun_summary()
    newsroom.add_picture(summary)
    publication = newsroom.published(summary)
    before = storage.present_store()
    nowhere = in_bucket(settings_for(tmp_path), f"http://127.0.0.1:{free_port()}")
    app.extensions[storage.FILES] = storage.open_store(nowhere)
    try:
        begin = time.monotonic()
        answer = organizer.get(f"/press/{publication.slug}/en.pdf")
        took = time.monotonic() - begin
        page = organizer.get(f"/press/{publication.slug}/en")
    finally:
        app.extensions[storage.FILES] = before

    assert answer.status_code == 503
    assert page.status_code == 200
    assert took < 20
    assert organizer.get(f"/press/{publication.slug}/en.pdf").status_code == 200


def test_the_address_of_a_bucket_is_taken_apart() -> None:
    assert bucket("s3://a/b/c?endpoint=https://s3.example.org&region=eu") == Bucket(
        "a", "b/c", "https://s3.example.org", "eu"
    )
    assert bucket("s3://a") == Bucket("a", "", "", "us-east-1")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "s3://",
        "https://a/b",
        "s3://key:secret@a/b",
        "s3://a?colour=red",
        "s3://a?endpoint=file:///etc",
        "s3://[",
        "s3://a?x",
    ],
)
def test_what_names_no_bucket_is_refused(address: str) -> None:
    with pytest.raises(NoBucketError):
        bucket(address)


def _environ(folder: Path, **more: str) -> dict[str, str]:
    return {"ROUNDTABLE_DEMONSTRATION": "1", "ROUNDTABLE_DATA_DIR": str(folder), **more}


def test_a_bucket_without_its_key_is_refused_at_the_start_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(_environ(tmp_path, ROUNDTABLE_STORAGE_URL="s3://bucket"))

    assert "ROUNDTABLE_STORAGE_KEY_ID and ROUNDTABLE_STORAGE_URL belong together" in str(caught.value)
    values: dict[str, Any] = read(
        _environ(
            tmp_path,
            ROUNDTABLE_STORAGE_URL="s3://bucket",
            ROUNDTABLE_STORAGE_KEY_ID="key",
            ROUNDTABLE_STORAGE_SECRET="hidden",
        )
    ).without_secrets()
    assert "hidden" not in str(values)
    assert isinstance(storage.open_store(in_bucket(settings_for(tmp_path), "http://127.0.0.1:1")), S3Store)
