"""The built wheel, in an empty environment and another folder, serves pages with all that they need."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import free_port
from test_cli import environment

ROOT = Path(__file__).parent.parent


def _uv(*words: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    # The tests' own environment must not be taken for the one that is being filled.
    clean = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run([str(uv), "--quiet", *words], cwd=ROOT, env=clean, check=True, timeout=300)


@pytest.mark.xdist_group("installed")
def test_the_wheel_serves_the_demonstration_from_another_folder(tmp_path: Path) -> None:
    home, elsewhere, data = tmp_path / "env", tmp_path / "elsewhere", tmp_path / "data"
    elsewhere.mkdir()
    _uv("build", "--wheel", "--out-dir", str(tmp_path / "dist"))
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    requirements = tmp_path / "requirements.txt"
    _uv("export", "--frozen", "--no-default-groups", "--no-emit-project", "-o", str(requirements))
    _uv("venv", "--python", sys.executable, str(home))
    python = home / "bin" / "python"
    _uv("pip", "install", "--python", str(python), "--require-hashes", "-r", str(requirements))
    _uv("pip", "install", "--python", str(python), "--no-deps", str(wheel))
    command = str(home / "bin" / "roundtable")
    port = free_port()
    env = environment(data, ROUNDTABLE_DEMONSTRATION="1", ROUNDTABLE_PORT=str(port))
    env.pop("PYTHONPATH", None)
    subprocess.run([command, "demo"], cwd=elsewhere, env=env, check=True, timeout=120)

    server = subprocess.Popen([command, "serve"], cwd=elsewhere, env=env, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if "Personal link" in line:
                break
        link = line.split()[-1]
        pages = {name: _get(port, path) for name, path in _paths(link).items()}
    finally:
        server.terminate()
        server.communicate(timeout=60)

    assert server.returncode is not None
    assert b"Bursa B\xc3\xbcy\xc3\xbck\xc5\x9fehir" in pages["guest"]
    assert "Yanıtı gönder".encode() in pages["guest"]
    assert pages["pdf"].startswith(b"%PDF-")
    assert b"--paper" in pages["style"]
    assert pages["font"].startswith(b"wOF2")
    assert b'"ready"' in pages["ready"]


def _paths(link: str) -> dict[str, str]:
    guest = re.sub(r"^https?://[^/]+", "", link)
    return {
        "ready": "/health/ready",
        "guest": guest,
        "pdf": f"{guest}/agenda.pdf",
        "style": "/static/roundtable.css",
        "font": "/fonts/source-sans-400.woff2",
    }


def _get(port: int, path: str) -> bytes:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
                content: bytes = response.read()
                return content
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
