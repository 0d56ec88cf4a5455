"""Reading single settings from the environment, and collecting what is wrong with them."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from roundtable.setting_list import PREFIX, SETTINGS

Value = TypeVar("Value")


class Reader:
    """Reads single settings and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []
        self.defaults = {setting.name: setting.default for setting in SETTINGS}

    def text(self, name: str) -> str:
        return self.environ.get(PREFIX + name, "").strip() or self.defaults[name]

    def problem(self, name: str, sentence: str) -> None:
        self.problems.append(f"{PREFIX}{name} {sentence}")

    def flag(self, name: str) -> bool:
        text = self.text(name).lower()
        if text not in {"0", "1"}:
            self.problem(name, f"must be 0 or 1, not {text!r}.")
        return text == "1"

    def number(self, name: str, *, least: int, most: int) -> int:
        text = self.text(name)
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        self.problem(name, f"must be a whole number from {least} to {most}, not {text!r}.")
        return least

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        text = self.text(name).upper()
        if text not in choices:
            self.problem(name, f"must be one of {', '.join(choices)}, not {text!r}.")
        return text

    def unknown(self) -> None:
        for variable in sorted(self.environ):
            name = variable.removeprefix(PREFIX)
            # The scripts' own variables (which browser, how many test processes) are not settings.
            script = name.startswith("TEST_") or name == "PYTHON"
            if variable.startswith(PREFIX) and name not in self.defaults and not script:
                self.problem(name, "is not a setting. Is it misspelt?")


def attempt(call: Callable[[], Value]) -> Value | None:
    """Return the value, or None where the text cannot be read (urlsplit raises for odd brackets)."""
    try:
        return call()
    except ValueError:
        return None
