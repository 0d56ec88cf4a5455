"""Files as answers: what they are, and what they are called when they are saved."""

from flask import Response


def file_answer(content: bytes | str, media_type: str, name: str, *, is_shown: bool = False) -> Response:
    """Return a file under a name of ours; `is_shown` lets the browser show it instead of saving it.

    `name` is made of our own words and numbers: nothing that anybody typed stands in it.
    """
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'{"inline" if is_shown else "attachment"}; filename="{name}"'
    return response
