"""The page on which records are searched."""

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from roundtable.accounts.access import present_user
from roundtable.languages import current_language
from roundtable.minutes.forms import KIND_NAMES
from roundtable.minutes.models import Entry
from roundtable.search import queries
from roundtable.search.words import around, folded, wanted
from roundtable.web.numbers import key_of

bp = Blueprint("search", __name__)


@bp.get("/search")
def show() -> ResponseReturnValue:
    """Show the entries that hold what is asked for, as far as the reader may read them."""
    typed = request.args.get("q", "")[:200]
    words = wanted(typed)
    conference_id = request.args.get("conference_id", type=key_of)
    language = current_language()

    def shown(entry: Entry) -> str:
        texts = [entry.texts.in_language(language), *entry.texts.values()]
        holding = next((one for one in texts if set(words) <= _beginnings(one, words)), texts[0])
        return around(holding, words)

    return render_template(
        "search/show.html",
        typed=typed,
        words=words,
        found=queries.find(present_user(), words, conference_id),
        conference_id=conference_id,
        shown=shown,
        kind_names=KIND_NAMES,
    )


def _beginnings(text: str, words: list[str]) -> set[str]:
    """Return those of the words with which some word of a text begins."""
    own = folded(text).split()
    return {word for word in words if any(one.startswith(word) for one in own)}


def init_app(app: Flask) -> None:
    """Serve the page."""
    app.register_blueprint(bp)
