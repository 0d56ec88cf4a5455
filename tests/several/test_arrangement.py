"""The arrangement of deploy/compose.yaml, each service started from its package; the main path in a browser on it."""

import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import make
import pytest
from browsing import Served, close_browsers, with_people
from conftest import Postman, free_port
from playwright.sync_api import Browser
from several.world import GUNICORN, ROUNDTABLE, Arrangement, arranged, is_ready, until
from test_deploy import DEPLOY, compose, program_of
from test_whole_path import walk

from roundtable import storage

pytestmark = pytest.mark.xdist_group("browser")


class ServedBySeveral(Served):
    """The program behind its proxy; workers deliver its letters."""

    arrangement: Arrangement

    def at(self, instant: object) -> None:
        self.arrangement.at(instant)  # type: ignore[arg-type]

    def deliver(self) -> None:
        self.arrangement.until_all_have_left()


@pytest.fixture
def store() -> Iterator[str]:
    """An S3 service in a process of its own, with a bucket; its address as the setting has it."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/roundtable", method="PUT")

    def makes_bucket() -> bool:
        try:
            urllib.request.urlopen(request, timeout=5).close()
        except OSError:
            return False
        return True

    until(makes_bucket, "the store answers")
    yield f"s3://roundtable?endpoint=http://127.0.0.1:{port}&region=eu-central-1"
    server.terminate()
    server.wait()


def start_nginx(arrangement: Arrangement, port: int, webs: list[int]) -> subprocess.Popen[bytes]:
    """Start the proxy with its configuration of deploy/, but without TLS and with these web processes."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    servers = "".join(f"server 127.0.0.1:{web} max_fails=2 fail_timeout=5s;" for web in webs)
    for pattern, instead in (
        (r"server web:8765[^;]*;", servers),
        (r"server \{\s+listen 80;.*?\}\s", ""),
        (r"listen 443[^;]*;", f"listen 127.0.0.1:{port};"),
        (r"ssl_[^;]*;", ""),
        (r"server_name [^;]*;", "server_name localhost;"),
        (r"\$host;", "$http_host;"),  # a port of its own, unlike in earnest
    ):
        text, count = re.subn(pattern, instead, text, flags=re.DOTALL)
        assert count, pattern
    file = arrangement.folder / "nginx.conf"
    file.write_text(text, "utf-8")
    own = f"daemon off; pid {arrangement.folder}/nginx.pid; user root;"
    return arrangement.start(program_of("nginx"), "-c", str(file), "-g", own, name="nginx")


@pytest.fixture
def several(postman: tuple[Postman, str], store: str) -> Iterator[ServedBySeveral]:
    """Everything that compose.yaml names, with an organizer and a press officer, at the time of the tests."""
    port = free_port()
    services = compose()
    address = f"http://localhost:{port}"
    with arranged(
        postman[1],
        flags=services["redis"]["command"][1:],
        public_url=address,
        storage_url=store,
        storage_key_id="key",
        storage_secret="secret",
        trusted_proxies=1,
    ) as arrangement:
        arrangement.at(make.NOW)
        with_people(arrangement.app)
        webs = []
        programs = {"roundtable": ROUNDTABLE, "gunicorn": GUNICORN}
        for name in ("web", "worker", "beat"):
            service = services[name]
            words = service["command"]
            for _ in range(service.get("deploy", {}).get("replicas", 1)):
                more = {}
                if name == "web":
                    webs.append(free_port())
                    more = {"ROUNDTABLE_PORT": str(webs[-1]), "WEB_CONCURRENCY": "1"}
                rest = [] if words[0] == "gunicorn" else words[1:]
                arrangement.start(*programs[words[0]], *rest, name=name, **more)
        assert len(webs) == 2
        for web in webs:
            until(lambda web=web: is_ready(web), "a web process answers")  # type: ignore[misc]
        proxy = start_nginx(arrangement, port, webs)
        until(lambda: is_ready(port), "the proxy answers")
        served = ServedBySeveral(arrangement.app, address)
        served.arrangement = arrangement
        yield served
        close_browsers()
        proxy.terminate()


def test_the_main_path_on_two_web_processes_two_workers_postgresql_redis_and_s3(
    browser: Browser, several: ServedBySeveral, postman: tuple[Postman, str], tmp_path: Path
) -> None:
    walk(browser, several, postman, tmp_path)

    arrangement = several.arrangement
    # Both web processes have answered, and nothing lies beside the bucket.
    for number in (0, 1):
        log = (arrangement.folder / f"web-{number}.log").read_text("utf-8")
        assert '"status": 200' in log
        assert "Traceback" not in log
        # One line for each thing that happened, gunicorn's own too after its first; no personal link is in them.
        assert all(line.startswith('{"at": ') for line in log.splitlines()[1:])
        assert not re.search(r"/g/(?!\*\*\*|<)", log)
    assert "Traceback" not in arrangement.logs("worker") + arrangement.logs("beat")
    with arrangement.app.app_context():
        kept = storage.keys(storage.present_store())
    assert {one.partition("/")[0] for one in kept} >= {"pictures", "publications"}
    assert not list((arrangement.folder / "files").rglob("*.pdf"))
