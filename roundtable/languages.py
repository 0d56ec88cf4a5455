"""The languages of the program: which there are, which one a reader gets, and their catalogues."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import cast

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, force_locale, get_locale, gettext, refresh
from flask_babel.speaklater import LazyString
from flask_login import current_user
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from roundtable.errors import Refusal

LANGUAGES = ("en", "de", "tr")
"""Codes of the languages that interface, letters and documents speak."""

OWN_NAMES = {"en": "English", "de": "Deutsch", "tr": "Türkçe"}
"""What each language calls itself, for the switch."""

_LOCALES = {"en": "en_GB", "de": "de_DE", "tr": "tr_TR"}
_KNOWN = "known_language"
"""Where the present language is kept while it does not change."""


def locale_of(language: str) -> Locale:
    """Return the CLDR locale by which dates, zones and countries are written in the language."""
    return Locale.parse(_LOCALES[language])


class _PoDomain(Domain):
    """Reads the catalogues from .po files, so that neither run nor test needs a compile step."""

    def get_translations(self) -> NullTranslations:
        language = current_language()
        if language not in self.cache:
            self.cache[language] = read_catalogue(language)
        return cast("NullTranslations", self.cache[language])


_DOMAIN = _PoDomain()
_catalogue = _DOMAIN.get_translations


def read_catalogue(language: str) -> NullTranslations:
    """Return the catalogue of the language; English needs none, its sentences are the keys."""
    file = Path(__file__).parent / "translations" / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def init_app(app: Flask) -> None:
    """Give the app its languages."""
    Babel(app, locale_selector=choose_locale, default_domain="messages", default_locale="en_GB")
    # Flask-Babel names its domain once, when it starts; ours reads .po files instead.
    app.extensions["babel"].instance.domain_instance = _DOMAIN
    # Templates ask the catalogue itself: on the way through Flask-Babel each sentence looks for the request six times.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's own
        gettext=_say,
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, one: _catalogue().upgettext(context, one),
        npgettext=lambda context, one, many, number: _catalogue().unpgettext(context, one, many, number),
    )
    app.jinja_env.globals["_"] = _in_template


@pass_eval_context
def _in_template(context: EvalContext, sentence: str, /, **values: object) -> str:
    """What `_` says in templates, as Jinja's own does it but straight: a page has dozens of sentences.

    Percent signs are written double in sentences, as in every format.
    """
    words = _say(sentence)
    if context.autoescape:
        words = Markup(words)  # noqa: S704 - our own catalogue; values are escaped
    return words % values if values or "%" in words else words


def current_language() -> str:
    """Return the code of the language in which the present page, letter or document is written."""
    # A page asks for it hundreds of times; Flask-Babel looks into its context each time.
    try:
        known: str | None = g._get_current_object().get(_KNOWN)  # noqa: SLF001 - Flask's proxy, asked past its magic
    except RuntimeError:  # outside of the program
        return LANGUAGES[0]
    if known is None:
        locale = get_locale()
        known = locale.language if locale is not None else LANGUAGES[0]
        setattr(g, _KNOWN, known)
    return known


def _refresh() -> None:
    g.pop(_KNOWN, None)
    refresh()


def choose_locale() -> str:
    """Return the locale for the reader of the present request."""
    return _LOCALES[choose_language()]


def choose_language() -> str:
    """Choose: the address's own language, the reader's choice, account or contact, the browser's wish."""
    if not has_request_context():
        return LANGUAGES[0]
    # Each is asked only where the ones before it say nothing: who has signed in is a question to the database.
    wishes: tuple[Callable[[], str | None], ...] = (
        lambda: g.get("chosen_language"),
        lambda: (request.view_args or {}).get("language"),
        lambda: request.args.get("lang"),
        lambda: session.get("language"),
        lambda: g.get("contact_language"),
        lambda: getattr(current_user, "language", None),
    )
    for ask in wishes:
        wish = ask()
        if wish in LANGUAGES:
            return wish
    accepted: LanguageAccept = request.accept_languages
    return accepted.best_match(LANGUAGES) or LANGUAGES[0]


def later(sentence: str) -> str:
    """Return the sentence so that it is translated when it is shown: for labels of forms."""
    # Not Flask-Babel's own way to the catalogue, for the reason above: a page shows dozens of labels.
    return cast("str", LazyString(_say, sentence))


def _say(sentence: str) -> str:
    return _catalogue().ugettext(sentence)


def prefer(language: str) -> None:
    """Speak the contact's language from now on in this request, unless the reader chooses another."""
    g.contact_language = language
    _refresh()


def choose(language: str) -> None:
    """Speak this language from now on in this request: the reader has just chosen it."""
    g.chosen_language = language
    _refresh()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write what is inside in the given language: a letter, a document."""
    with force_locale(_LOCALES[language]):
        g.pop(_KNOWN, None)
        try:
            yield
        finally:
            g.pop(_KNOWN, None)


def refusal_text(refusal: Refusal) -> str:
    """Return a refusal's sentence in the current language; days in it are said as the reader says them."""
    values = {
        name: format_date(value, "full", locale=locale_of(current_language()))
        if isinstance(value, date)
        else value
        for name, value in refusal.values.items()
    }
    return str(gettext(refusal.sentence, **values))
