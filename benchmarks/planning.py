"""What is measured of the planning: proposals, the agenda's page, guest lists as files."""

import io
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime

import make
import openpyxl

from benchmarks.scenes import Scene
from roundtable.conferences.models import Conference
from roundtable.db import db
from roundtable.guest_list import import_service
from roundtable.guest_list.differences import ImportPlan
from roundtable.guests import list_import
from roundtable.scheduling import festivities
from roundtable.scheduling.proposals import Closures, Group, Proposal, Search, propose

ZONES = ("Europe/Berlin", "Europe/Istanbul", "Europe/London", "Asia/Tokyo", "America/Sao_Paulo")


def table(participants: int, groups: int) -> list[Group]:
    """Return so many participants, spread over groups of country, state and zone."""
    states = festivities.states("DE")
    made = [
        Group(
            "DE" if number % 2 else ("TR", "GB", "JP", "BR")[number // 2 % 4],
            states[number % 16] if number % 2 else "",
            ZONES[number % 5],
            participants // groups + (number < participants % groups),
            number == 0,
        )
        for number in range(groups)
    ]
    return [one for one in made if one.cities]


def proposals(groups: list[Group]) -> list[Proposal]:
    """Propose hours over ninety days; the holidays of the years are known after the first call."""
    search = Search(
        date(2026, 9, 14), date(2026, 12, 12), "Europe/Istanbul", 90, datetime(2026, 9, 1, tzinfo=UTC)
    )
    return propose(search, groups, Closures(festivities.holiday, festivities.weekend, {}))


def bare_search(groups: list[Group]) -> Callable[[], object]:
    """Return the yardstick: looking at every half hour of ninety days for every group, without any rule."""
    starts = range(90 * 48)

    def look() -> int:
        return sum(start % 48 >= 18 for _ in groups for start in starts)

    return look


def list_of(rows: int, kind: str) -> bytes:
    """Return a guest list of so many rows, as a file."""
    titles = ["Stadt", "Land", "Amt", "E-Mail", "Sprache"]
    lines = [[f"Stadt {n}", "DE", "Oberbürgermeister", f"buero{n}@example.org", "de"] for n in range(rows)]
    if kind == "csv":
        return "\n".join(";".join(line) for line in [titles, *lines]).encode()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in [titles, *lines]:
        sheet.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def preview(scene: Scene, content: bytes) -> ImportPlan:
    """Read and check a file, and compare it with the guest list of 200."""
    sheet = list_import.read(content)
    found = list_import.check(sheet, list_import.proposed_columns(sheet))
    with scene.app.app_context():
        conference = db.session.get(Conference, scene.conference_id)
        assert conference is not None
        plan = import_service.plan_for(conference, found)
        db.session.rollback()
    return plan


def preview_memory_mb(scene: Scene, content: bytes) -> float:
    """Return how much memory a preview takes at most, beyond what was there."""
    tracemalloc.start()
    preview(scene, content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1024 / 1024


def store(scene: Scene, content: bytes) -> None:
    """Import a file into a conference of its own."""
    with scene.app.app_context():
        conference = make.conference()
        file = import_service.take_file(conference, make.user(), "list", content, "")
        db.session.flush()
        import_service.import_file(file, by="A")
        db.session.commit()


def bare_rows(rows: int) -> Callable[[], object]:
    """Return the yardstick of reading a list: the same bytes split into cells, nothing checked."""
    text = list_of(rows, "csv").decode()

    def split() -> list[list[str]]:
        return [line.split(";") for line in text.splitlines()]

    return split


if __name__ == "__main__":
    sys.exit("Please run ./script/bench.")
