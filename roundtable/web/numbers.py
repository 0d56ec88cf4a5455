"""Numbers in addresses: no larger than the database's own."""

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
"""The largest key of an INTEGER column in PostgreSQL; SQLite refuses beyond 2**63."""


class KeyConverter(IntegerConverter):
    """A whole number that can be the key of a row; any other address leads nowhere."""

    def __init__(self, *args: object, **values: object) -> None:
        values["max"] = LARGEST
        super().__init__(*args, **values)  # type: ignore[arg-type]  # Werkzeug's own arguments


def key_of(text: str) -> int:
    """Return a number of a form or query that can be a key or a count; `type=key_of` leaves others out.

    Raises:
        ValueError: if it is none, or larger than the database's own.
    """
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError("larger than a key")
    return number


def init_app(app: Flask) -> None:
    """Let `<int:...>` mean keys in every address."""
    app.url_map.converters["int"] = KeyConverter
