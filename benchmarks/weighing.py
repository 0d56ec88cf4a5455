"""How much memory the processes of a web server take, beside the libraries alone."""

import subprocess
import sys
from pathlib import Path

from conftest import ask, free_port
from several.world import GUNICORN, is_ready, until
from test_cli import environment

from benchmarks.scenes import Scene
from benchmarks.timing import Row

BARE = "import flask, sqlalchemy; print(open('/proc/self/smaps_rollup').read())"
PAGES = 100


def _mb(rollup: str) -> tuple[float, float]:
    """Return the resident megabytes of a process, and those that are its own alone."""
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines() if line.endswith(" kB")}
    return sizes["Rss"] / 1024, (sizes["Private_Clean"] + sizes["Private_Dirty"]) / 1024


def web_processes(scene: Scene) -> list[Row]:
    """Weigh gunicorn's processes after a hundred guest pages; only Linux tells whose memory it is."""
    if not Path("/proc/self/smaps_rollup").exists():
        return []
    settings = scene.app.config["ROUNDTABLE"]
    port = free_port()
    own = {
        "ROUNDTABLE_SECRET_KEY": settings.secret_key,
        "ROUNDTABLE_PUBLIC_URL": f"http://localhost:{port}",
        "ROUNDTABLE_SMTP_URL": settings.smtp_url,
        "ROUNDTABLE_MAIL_FROM": settings.mail_from,
        "ROUNDTABLE_PORT": str(port),
        "ROUNDTABLE_LOG_LEVEL": "WARNING",
        "WEB_CONCURRENCY": "2",
    }
    server = subprocess.Popen(
        GUNICORN,
        env=environment(settings.data_dir, **own),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: is_ready(port), "gunicorn answers")
        for _ in range(PAGES):
            assert ask(port, "GET", scene.guest_page)[0] == 200
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
        found = [_mb(Path(f"/proc/{child}/smaps_rollup").read_text("ascii")) for child in children]
    finally:
        server.terminate()
        server.wait(30)
    told = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True)
    bare = _mb(told.stdout)
    whole, alone = (max(sizes) for sizes in zip(*found, strict=True))
    return [
        Row(
            "memory that one more web process takes (its own pages)",
            f"{alone:.0f} MB",
            f"{alone / bare[1]:.1f} × import flask, sqlalchemy ({bare[1]:.0f} MB)",
        ),
        Row(
            "memory of a web process, with what it shares",
            f"{whole:.0f} MB",
            f"{whole / bare[0]:.1f} × import flask, sqlalchemy ({bare[0]:.0f} MB)",
        ),
    ]
