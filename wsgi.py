"""For application servers, such as `waitress-serve wsgi:app`; deploy/gunicorn.conf.py is for gunicorn."""

from roundtable import create_app
from roundtable.web.logs import configure

app = create_app()
configure(app.config["ROUNDTABLE"].log_level)
