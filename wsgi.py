"""For application servers: `gunicorn wsgi:app`, `waitress-serve wsgi:app`."""

from roundtable import create_app

app = create_app()
