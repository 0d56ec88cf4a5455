"""How gunicorn serves the program: `gunicorn --config deploy/gunicorn.conf.py`.

Where ROUNDTABLE_REDIS_URL is not set, nothing here delivers letters: use `roundtable serve`.
"""

import gc as _gc
import os

from prometheus_client import multiprocess as _multiprocess
from sqlalchemy.orm import configure_mappers as _configure_mappers

# Every name without an underscore is taken for a setting of gunicorn's.
from roundtable import fonts as _fonts
from roundtable.config import read as _read
from roundtable.web.logs import configure as _configure

_settings = _read(os.environ)
_configure(_settings.log_level)

wsgi_app = "roundtable:create_app()"
# Read once, before the processes part: they share its memory, and one that takes another's place is there at once.
# For a new version or other settings gunicorn is started anew; a HUP would start processes of the old one.
preload_app = True
bind = f"{_settings.host}:{_settings.port}"
# Pages wait for the database more than they compute: some threads a process, and a process a core.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = _settings.threads
# An office's answer that is under way is stored before the process goes.
graceful_timeout = 60
timeout = 90
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
# The program writes its own line for each request, without links and addresses.
accesslog = None


def on_starting(server: object) -> None:
    """Let gunicorn write into the program's log, and do once what every process would do for itself.

    The small font files are made, the tables joined and the templates compiled before anybody waits for them.
    """
    own = server.log.error_log  # type: ignore[attr-defined]  # gunicorn's arbiter
    own.handlers.clear()
    own.propagate = True
    _fonts.prepare(_settings.data_dir / "fonts")
    _configure_mappers()
    templates = server.app.wsgi().jinja_env  # type: ignore[attr-defined]  # the program, which was read just now
    for name in templates.list_templates():
        templates.get_template(name)
    _gc.freeze()


def child_exit(_server: object, worker: object) -> None:
    """Take what a process that has gone counted out of the gauges of the living ones."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        _multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]  # gunicorn's worker
