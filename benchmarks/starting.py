"""How long the program takes to start and to answer once, and what a static file costs beside its pages."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from conftest import OwnClient

from benchmarks.timing import Row, interleaved_ms

FIRST_ANSWER = (
    "from roundtable import create_app; app = create_app()\n"
    "assert app.test_client().get('/sign-in').status_code == 200"
)
BARE = "import flask, sqlalchemy"


def _process(code: str, folder: Path) -> None:
    own = {"ROUNDTABLE_DEMONSTRATION": "1", "ROUNDTABLE_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **own})


def start(folder: Path) -> list[Row]:
    """Compare the start up to the first answer with the import of Flask and SQLAlchemy."""
    calls: list[Callable[[], object]] = [
        partial(_process, FIRST_ANSWER, folder),
        partial(_process, BARE, folder),
    ]
    whole, bare = interleaved_ms(calls, rounds=7)
    return [
        Row(
            "cold start to the first answer",
            f"{whole:.0f} ms",
            f"{whole / bare:.1f} × import flask, sqlalchemy",
        ),
        Row("import flask, sqlalchemy in a fresh process", f"{bare:.0f} ms", "yardstick"),
    ]


def beside_a_file(client: OwnClient, pages: dict[str, Callable[[], object]]) -> list[Row]:
    """Compare pages with a static file of about the same size by the same server."""
    calls: list[Callable[[], object]] = [*pages.values(), partial(_file, client)]
    for call in calls:
        call()
    *times, bare = interleaved_ms(calls, rounds=40)
    rows = [
        Row(name, f"{1000 / took:.0f} a second", f"{bare / took:.2f} of a static file's rate")
        for name, took in zip(pages, times, strict=True)
    ]
    return [*rows, Row("a static file by the same server", f"{1000 / bare:.0f} a second", "yardstick")]


def _file(client: OwnClient) -> None:
    answer = client.get("/static/press.js")
    assert answer.status_code == 200
    answer.close()
