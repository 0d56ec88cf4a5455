"""What a web process loads, looked at in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from prepared import copy_told
from test_cli import environment

GUNICORN = Path(__file__).parent.parent / "deploy" / "gunicorn.conf.py"
HEAVY = {
    "weasyprint",
    "alembic",
    "celery",
    "opentelemetry",
    "fontTools",
    "pygments",
    "PIL",
    "cryptography",
    "holidays",
    "icalendar",
    "email_validator",
}
PAGES = """
import json, sys
from roundtable import create_app
from roundtable.demo import story
app = create_app()
client = app.test_client()
with app.app_context():
    link = story.welcome("").split()[-1]
for path in ("/sign-in", "/press/", "/press/2020-06-20-metropolitan-mayors-round-table/tr", link):
    assert client.get(path).status_code == 200, path
print(json.dumps(sorted(sys.modules)))
"""
SHARED = """
import logging, runpy, sys
from types import SimpleNamespace
from roundtable import create_app
from roundtable.demo import story
starting = runpy.run_path(sys.argv[1])["on_starting"]
app = create_app()
log = SimpleNamespace(error_log=logging.getLogger("gunicorn.error"))
starting(SimpleNamespace(log=log, app=SimpleNamespace(wsgi=lambda: app)))
app.jinja_env.compile = None  # whoever still compiles fails
with app.app_context():
    link = story.welcome("").split()[-1]
for path in ("/sign-in", "/press/", "/press/2020-06-20-metropolitan-mayors-round-table/tr", link):
    assert app.test_client().get(path).status_code == 200, path
"""


def told_by(script: str, folder: Path, *words: str) -> str:
    """Run a script with the demonstration of a folder in a fresh process; return what it prints."""
    result = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment(folder, ROUNDTABLE_DEMONSTRATION="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_pages_are_served_without_what_makes_documents_migrates_or_works_beside(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, first_kind: str
) -> None:
    copy_told(tmp_path_factory, tmp_path, first_kind)

    loaded = {name.partition(".")[0] for name in json.loads(told_by(PAGES, tmp_path))}

    assert loaded & HEAVY == set()
    assert "sqlalchemy" in loaded


def test_the_processes_of_gunicorn_compile_no_template_of_their_own(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, first_kind: str
) -> None:
    copy_told(tmp_path_factory, tmp_path, first_kind)

    told_by(SHARED, tmp_path, str(GUNICORN))
