"""Writing letters: text and HTML from templates, in the reader's language."""

import css_inline
from flask import current_app, render_template

from roundtable.languages import speaking
from roundtable.mail.filling import settled
from roundtable.mail.outbox import Draft

# The media query for dark mode stays in the head: it cannot be said inline.
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def write(kind: str, language: str, subject: str, **values: object) -> Draft:
    """Return the letter: `templates/letters/letter.txt` and `.html`, styles inlined.

    `subject` is a whole line in the right language already: the caller writes it inside
    `speaking(language)`, beside the other words that it chooses.
    """
    with speaking(language):
        settings = current_app.config["ROUNDTABLE"]
        common = {"subject": subject, "language": language, "public_url": settings.public_url, **values}
        text = render_template("letters/letter.txt", **common)
        html = render_template("letters/letter.html", **common)
    return Draft(
        kind,
        language,
        settled(subject),
        settled(_with_single_blank_lines(text)),
        settled(_inliner.inline(html)),
    )


def public_address(endpoint: str, **values: object) -> str:
    """Return the whole address of a page, from the settings: no request's Host is believed."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{current_app.config['ROUNDTABLE'].public_url}{path}"


def _with_single_blank_lines(text: str) -> str:
    """Return the text as a secretary would type it: no trailing blanks, one blank line at a time."""
    lines: list[str] = []
    for line in text.splitlines():
        stripped = line.rstrip()
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
    return "\n".join(lines).strip() + "\n"
