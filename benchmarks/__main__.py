"""Measure the first path and print one table. Medians of interleaved rounds; the machine is shared."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from conftest import OwnClient

from benchmarks import (
    ceiling,
    crowding,
    delivering,
    growing,
    loading,
    planning,
    pressing,
    recording,
    same_data,
    scenes,
    starting,
    trusting,
    weighing,
)
from benchmarks.timing import ROUNDS, Row, interleaved_ms, median_ms
from roundtable import documents


def _pages(scene: scenes.Scene) -> list[Row]:
    pages = {
        "meeting page, 20 participants": (scene.client, scene.boards[20]),
        "meeting page, 200 participants": (scene.client, scene.boards[200]),
        "meeting page, 500 participants": (scene.client, scene.boards[500]),
        "guest page": (scene.guest, scene.guest_page),
        "agenda page, 20 slots": (scene.client, f"{scene.boards[20]}/agenda"),
        "agenda page, 200 slots": (scene.client, f"{scene.boards[200]}/agenda"),
        "guest list, 200 cities": (scene.client, f"/conferences/{scene.conference_id}/guests"),
        "calendar file (.ics)": (scene.guest, scene.guest_page + "/calendar.ics"),
    }
    calls = [page_of(client, address) for client, address in pages.values()]
    bare = [same_data.bare_call(scene.app, client, address) for client, address in pages.values()]
    for call in [*calls, *bare] * 10:
        call()  # templates are compiled, catalogues read and statements written at the first ones
    times = interleaved_ms([*calls, *bare], rounds=25)
    rows = [
        Row(
            name,
            f"{took:.1f} ms",
            f"{took / yardstick:.2f} × the same data by a bare view ({yardstick:.1f} ms)",
            str(scene.queries(address, client)),
        )
        for (name, (client, address)), took, yardstick in zip(
            pages.items(), times, times[len(pages) :], strict=False
        )
    ]
    rows += [
        Row(f"{many} against 20 participants", f"{took / times[0]:.1f} ×", "itself")
        for many, took in ((200, times[1]), (500, times[2]))
    ]
    return rows


def _documents(scene: scenes.Scene) -> list[Row]:
    begin = time.perf_counter()
    scene.press_pdf()
    first = (time.perf_counter() - begin) * 1000
    warmed, bare = interleaved_ms([scene.press_pdf, scene.bare_pdf], rounds=9)
    made = partial(documents.render, *scene.press())
    alone = median_ms(made, rounds=9)
    side_by_side = statistics.median(_at_once(made) for _ in range(3))
    return [
        Row("press PDF, first (processes start)", f"{first:.0f} ms"),
        Row("press PDF, warmed", f"{warmed:.0f} ms", f"{warmed / bare:.2f} × bare WeasyPrint"),
        Row("bare WeasyPrint on the same HTML", f"{bare:.0f} ms", "yardstick"),
        Row(
            "press PDFs by two processes at once",
            f"{1000 / side_by_side:.1f} a second",
            f"{alone / side_by_side:.2f} × one after the other",
        ),
        Row(
            "two processes that only compute, at once",
            f"{ceiling.two_at_once():.2f} ×",
            "yardstick: what these cores give",
        ),
    ]


def _at_once(call: Callable[[], object], count: int = 12) -> float:
    """Return the milliseconds for each of so many, two at a time."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(call) for _ in range(count)]:
            one.result()
    return (time.perf_counter() - begin) * 1000 / count


def page_of(client: OwnClient, address: str) -> Callable[[], object]:
    """Return a call of a page that fails where the page is not there: an error page would be timed as quietly."""

    def call() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    return call


def _press(scene: scenes.Scene, folder: Path) -> list[Row]:
    desk = pressing.Desk(scene.app, scene.client)
    desk.keystroke()  # the rendering processes start at the first document
    typed, given, read, bare = interleaved_ms(
        [desk.keystroke, desk.download, desk.read, scene.bare_pdf], rounds=9
    )
    # While the clock still says that it is public.
    page = desk.stored.removesuffix(".pdf")
    beside = starting.beside_a_file(scene.stranger, {"public press page": page_of(scene.stranger, page)})
    desk.close()
    html, assets = scene.press()
    signed = median_ms(pressing.signer(scene.press_pdf(), folder), rounds=9)
    few, many = pressing.memory_over(200, html, assets)
    return [
        *beside,
        Row(
            "press preview after a keystroke: saved, laid out, drawn",
            f"{typed:.0f} ms",
            f"{typed / bare:.2f} × two pages by bare WeasyPrint",
        ),
        Row("published PDF, given again", f"{given:.1f} ms", f"{given / read:.1f} × reading its bytes"),
        Row("signing a PDF", f"{signed:.0f} ms", f"{signed / bare:.2f} × two pages by bare WeasyPrint"),
        Row(
            "memory of a rendering process after 200 documents",
            f"{many:.0f} MB",
            f"{many / few:.2f} × after 20",
        ),
    ]


def _letters(scene: scenes.Scene) -> list[Row]:
    count, rounds = 100, 9
    scene.queue_letters(count * (rounds + 1))
    scene.deliver(count)  # statements are compiled and headers encoded at the first call
    took, bare_took = interleaved_ms(
        [partial(scene.deliver, count), partial(scene.send_prebuilt, count)], rounds
    )
    ours, bare = (1000 * count / one for one in (took, bare_took))
    return [
        Row("letters delivered, building included", f"{ours:.0f} a second", f"{ours / bare:.2f} × prebuilt"),
        Row("prebuilt messages over one smtplib connection", f"{bare:.0f} a second", "yardstick"),
    ]


def _feeds(scene: scenes.Scene) -> list[Row]:
    """1,000 personal feeds, each of another contact: built anew, and unchanged for the caller (304)."""
    addresses = scene.feeds(1000)
    bare = scene.bare_call()
    etags = [scene.feed(address, "").headers["ETag"] for address in addresses[:5]]
    built, unchanged = [], []
    for address in addresses:
        begin = time.perf_counter()
        answer = scene.feed(address, "")
        built.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        again = scene.feed(address, answer.headers["ETag"])
        unchanged.append(time.perf_counter() - begin)
        assert (answer.status_code, again.status_code, again.data) == (200, 304, b"")
    assert len(set(etags)) == len(etags)
    usual = scene.usual_feed()
    steady = {
        f"{name}, 304 over and over": scene.unchanged(one)
        for name, one in (("feed, 20 cities", usual), ("feed, 1,000 cities", addresses[0]))
    }
    beside = starting.beside_a_file(scene.stranger, steady)
    yardstick = median_ms(bare)
    whole, short = statistics.median(built), statistics.median(unchanged)
    return [
        Row(
            "personal feeds, built (1,000 contacts, 4 sessions each)",
            f"{1 / whole:.0f} a second",
            f"{1000 * whole / yardstick:.1f} × bare view",
            str(scene.queries(addresses[0])),
        ),
        Row(
            "personal feeds, unchanged (304, no calendar built)",
            f"{1 / short:.0f} a second",
            f"{whole / short:.1f} × as fast as built",
            str(scene.queries_unchanged(addresses[0])),
        ),
        *beside,
    ]


def _proposals() -> list[Row]:
    """Hours over ninety days for 20 and 500 participants, at one table and at one ever more mixed."""
    tables = {(20, 8): None, (500, 8): None, (500, 80): None}
    found = [planning.table(*one) for one in tables]
    for groups in found:
        planning.proposals(groups)  # the holidays of these years are computed once in a process
    calls: list[Callable[[], object]] = [partial(planning.proposals, one) for one in found]
    *times, bare = interleaved_ms([*calls, planning.bare_search(found[2])])
    rows = [
        Row(f"proposing hours, 90 days, {people} participants in {groups} groups", f"{took:.0f} ms", "")
        for (people, groups), took in zip(tables, times, strict=True)
    ]
    rows[2].against = f"{times[2] / bare:.2f} × looking at every half hour for every group"
    rows[1].against = f"{times[1] / times[0]:.2f} × 20 participants"
    return rows


def _import(scene: scenes.Scene) -> list[Row]:
    rows = []
    for kind in ("csv", "xlsx"):
        small, large = planning.list_of(1000, kind), planning.list_of(5000, kind)
        few, many, bare = interleaved_ms(
            [
                partial(planning.preview, scene, small),
                partial(planning.preview, scene, large),
                planning.bare_rows(5000),
            ],
            rounds=5,
        )
        memory = planning.preview_memory_mb(scene, large)
        rows += [
            Row(
                f"preview of 5,000 rows ({kind.upper()}): reading, checking, comparing",
                f"{many:.0f} ms",
                f"{many / few:.1f} × 1,000 rows; {many / bare:.0f} × splitting the lines",
            ),
            Row(f"memory of that preview ({kind.upper()}), at most", f"{memory:.0f} MB"),
        ]
    begin = time.perf_counter()
    planning.store(scene, planning.list_of(5000, "csv"))
    stored = (time.perf_counter() - begin) * 1000
    return [*rows, Row("import of 5,000 rows: storing with its journal", f"{stored:.0f} ms")]


def _record(scene: scenes.Scene) -> list[Row]:
    app, client = scene.app, scene.client
    desks = {size: recording.record_with(app, size) for size in (3, 300)}
    bare = recording.bare_saving(app)
    small, large, yardstick = interleaved_ms(
        [*(recording.saving(client, key) for key in desks.values()), bare], rounds=2 * ROUNDS
    )
    pages = {size: recording.record_with(app, size) for size in (20, 200)}
    times = interleaved_ms(
        [page_of(client, f"/meetings/{key}/minutes") for key in pages.values()]
        + [page_of(client, f"/meetings/{desks[300]}/desk"), scene.bare_call()]
    )
    long = recording.record_with(app, 150)
    _, count = recording.minutes_pdf(app, long)
    printed, bare_pdf = interleaved_ms([lambda: recording.minutes_pdf(app, long), scene.bare_pdf], rounds=5)
    rows = [
        Row("desk: saving an entry among 3", f"{small:.1f} ms", f"{small / yardstick:.1f} × bare INSERT"),
        Row("desk: saving an entry among 300", f"{large:.1f} ms", f"{large / small:.2f} × among 3"),
        Row("bare Flask view, one INSERT and commit", f"{yardstick:.1f} ms", "yardstick"),
    ]
    for size, took in zip(pages, times, strict=False):
        queries = scene.queries(f"/meetings/{pages[size]}/minutes")
        against = f"{took / times[-1]:.1f} × bare view"
        rows.append(Row(f"minutes page, {size} statements", f"{took:.1f} ms", against, str(queries)))
    desk_queries = scene.queries(f"/meetings/{desks[300]}/desk")
    rows.append(Row("desk page, 330 entries", f"{times[2]:.1f} ms", "", str(desk_queries)))
    against = f"{printed / bare_pdf:.1f} × the two press pages by bare WeasyPrint"
    return [*rows, Row(f"minutes PDF, {count} pages", f"{printed:.0f} ms", against)]


def _log() -> list[Row]:
    logged, bare = interleaved_ms([trusting.change, trusting.unlogged_change], rounds=2 * ROUNDS)
    entries = trusting.fill(20_000)
    followed, hashed = interleaved_ms([trusting.following, trusting.hashing()], rounds=3)
    return [
        Row(
            "a change with its entry in the log", f"{logged:.1f} ms", f"{logged / bare:.2f} × without the log"
        ),
        Row(
            f"following the log, {entries} entries",
            f"{followed:.0f} ms",
            f"{followed / hashed:.0f} × hashing what it covers",
        ),
    ]


def main() -> None:
    """Print the table; or, with a word, one of those that take longer."""
    longer = {"growth": _growth, "crowd": _crowd, "load": _load, "workers": _workers}
    rows = longer[sys.argv[1]]() if sys.argv[1:] else _table()
    print(f"| Work | Here | Against | Queries |\n|---|---|---|---|\n{_lines(rows)}")


def _growth() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        found = growing.measure(Path(folder))
    few, many = growing.STEPS[0], growing.STEPS[-1]
    return [
        Row(
            f"{name}: {many:,} conferences",
            f"{times[-1]:.1f} ms",
            f"{times[-1] / times[0]:.2f} × {few:,} of them",
        )
        for name, times in found
    ]


def _crowd() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [Row(*one) for one in crowding.report(Path(folder))]


def _load() -> list[Row]:
    return [Row(*one) for one in loading.measure()]


def _workers() -> list[Row]:
    return [Row(*one) for one in delivering.measure()]


def _table() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        scene = scenes.build(Path(folder))
        rows = [
            *_pages(scene),
            *_documents(scene),
            *_press(scene, Path(folder)),
            *_letters(scene),
            *_feeds(scene),
        ]
        rows += [*_proposals(), *_import(scene), *_record(scene), *_log()]
        rows += starting.start(Path(folder))
        rows += weighing.web_processes(scene)
        scene.close()
    return rows


def _lines(rows: list[Row]) -> str:
    return "\n".join(f"| {row.name} | {row.value} | {row.against} | {row.queries} |" for row in rows)


if __name__ == "__main__":
    main()
