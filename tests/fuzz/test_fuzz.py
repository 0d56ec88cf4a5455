"""Nothing that strangers send makes the program fail or stand still."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from fuzz.targets import CORPUS, SECONDS, TARGETS, corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_of_the_corpus_is_taken_or_refused_in_time(name: str) -> None:
    inputs = corpus(name)
    assert inputs
    for content in inputs:
        begun = time.perf_counter()
        TARGETS[name](content)
        assert time.perf_counter() - begun < SECONDS


def changed(content: bytes) -> st.SearchStrategy[bytes]:
    """Return what somebody might make of an input: cut, doubled, with other bytes in it."""
    pieces = st.one_of(
        st.binary(max_size=40),
        st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.sampled_from(
            [b"\x00", b"\r\n", b";" * 500, b"\xff\xfe", b"=?utf-8?q?=0A?=", b"BEGIN:VEVENT\r\n", b"%PDF-1.7"]
        ),
    )
    places = st.integers(0, max(0, len(content)))

    def put(parts: tuple[int, int, bytes, int]) -> bytes:
        start, end, piece, times = parts
        return content[:start] + piece * times + content[end:]

    return st.tuples(places, places, pieces, st.integers(0, 30)).map(put)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_strangers_make_of_it_is_taken_or_refused_in_time(name: str, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(corpus(name)).flatmap(changed))[:65536]

    begun = time.perf_counter()
    TARGETS[name](content)

    assert time.perf_counter() - begun < SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="Atheris has wheels for Linux only")
def test_the_fuzzer_itself_runs(tmp_path: Path) -> None:
    """Half a minute of it belongs to script/fuzz; here only that it still starts and finds nothing at once."""
    done = subprocess.run(
        [sys.executable, str(CORPUS.parent / "run.py"), "link", "2", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert "stat::number_of_executed_units" in done.stderr
