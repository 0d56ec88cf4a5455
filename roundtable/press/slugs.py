"""Public addresses of publications."""

import re
from datetime import date

from roundtable.order import search_key


def slug(day: date, title: str) -> str:
    """Return the readable part of a public address: `2020-06-20-metropolitan-mayors-round-table`."""
    words = re.sub(r"[^a-z0-9]+", "-", search_key(title).replace("ß", "ss")).strip("-")
    return f"{day:%Y-%m-%d}-{words[:80].strip('-')}".strip("-")
