"""The press desk, measured: preview after a keystroke, stored downloads, signing, memory over many renders."""

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from roundtable import clock, documents, signing, storage
from roundtable.documents import Assets

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import make
from press import newsroom

from roundtable.db import db
from roundtable.press import queries
from roundtable.press.kinds import BlockKind


class Desk:
    """A press summary with a picture and a quote, written and published, and who writes it."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self.app, self.client = app, client
        with app.app_context():
            summary, entries = newsroom.finished()
            newsroom.released(newsroom.quoted(summary, entries[0]))
            publication = newsroom.published(summary)
            lead = newsroom.block(summary, BlockKind.LEAD)
            row = queries.texts_of(publication)["de"]
            self.base = f"/meetings/{summary.meeting_id}/press"
            self.part, self.version = lead.id, lead.version
            self.stored, self.key = f"/press/{publication.slug}/de.pdf", row.pdf_key
            self.keystrokes = 0
            db.session.remove()

    def keystroke(self) -> None:
        """Save the part that was written on, and draw the pages anew: what happens after a pause in typing."""
        self.keystrokes += 1
        saved = self.client.post(
            f"{self.base}/parts/{self.part}",
            data={
                "texts-de": f"Der Vorspann, {self.keystrokes}. Fassung.",
                "language": "de",
                "version": str(self.version),
            },
            headers={"Accept": "application/json"},
        )
        values = saved.get_json()
        self.version = values["version"]
        answer = self.client.get(f"{self.base}/preview/de.json")
        assert (saved.status_code, answer.status_code) == (200, 200)

    def download(self) -> None:
        """Give the stored PDF."""
        assert self.client.get(self.stored).status_code == 200

    def close(self) -> None:
        """Let it be the scene's own time again: the summary was published the day after."""
        clock.set_source(lambda: make.NOW)

    def read(self) -> bytes:
        """Read the same bytes from the store, and do nothing else."""
        with self.app.app_context():
            return storage.read(self.key)


def signer(pdf: bytes, folder: Path) -> Callable[[], bytes]:
    """Return a call that signs a PDF, in this process."""
    file = folder / "bench.p12"
    file.write_bytes(signing.self_signed("Benchmark", "benchmark"))
    identity = signing.Identity(file, "benchmark")
    return lambda: signing._sign(pdf, identity, "Benchmark")


def memory_over(renders: int, html: str, assets: Assets) -> list[float]:
    """Return the resident megabytes of a rendering process after 20, and after so many, documents."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver")) as pool:
        return pool.submit(_grow, renders, html, assets).result()


def _grow(renders: int, html: str, assets: Assets) -> list[float]:
    found = []
    for number in range(1, renders + 1):
        documents._render(html, assets)
        if number in {20, renders}:
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
            found.append(pages * 4096 / 1024**2)
    return found
