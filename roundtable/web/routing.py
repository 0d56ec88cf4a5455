"""Addresses: what makes them is written when the first one is asked for."""

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LaterRule(Rule):
    """A rule whose function that builds addresses is compiled at its first use.

    Werkzeug compiles two for every rule at once: for some 300 rules a tenth of a start, and few are used in a while.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compile_now = super()._compile_builder
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            compiled: Builder = compile_now(append_unknown).__get__(rule, None)
            setattr(rule, name, compiled)  # in the place of this one
            return compiled(**values)

        return build


def init_app(app: Flask) -> None:
    """Use such rules."""
    app.url_rule_class = LaterRule
