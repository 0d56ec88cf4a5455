"""How long others may keep what is public."""

from flask import Response, request

MINUTES_KEPT = 5
"""A withdrawal reaches every copy within these minutes; before the embargo ends nothing is handed out at all."""


def kept(response: Response) -> Response:
    """Let readers keep a public answer for a while, and ask then whether it still holds."""
    response.headers["Cache-Control"] = f"public, max-age={MINUTES_KEPT * 60}"
    response.make_conditional(request)
    return response
