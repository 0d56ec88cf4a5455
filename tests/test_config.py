from pathlib import Path

import pytest

from roundtable import config, mail_servers
from roundtable.config import ConfigError
from roundtable.setting_list import SETTINGS

GOOD = {
    "ROUNDTABLE_SECRET_KEY": "kX9-3mQ2vLpTz7bNw5RyUe8HsJd4GfAc",
    "ROUNDTABLE_PUBLIC_URL": "https://roundtable.example.org/",
    "ROUNDTABLE_SMTP_URL": "smtp://user:p%40ss@mail.example.org:587",
    "ROUNDTABLE_MAIL_FROM": "invitations@example.org",
}


def test_good_settings_are_taken() -> None:
    settings = config.read(GOOD)

    assert settings.public_url == "https://roundtable.example.org"
    assert settings.is_secure
    assert mail_servers.smtp_server(settings.smtp_url).password == "p@ss"


def test_outside_the_demonstration_nothing_dangerous_has_a_default() -> None:
    with pytest.raises(ConfigError) as error:
        config.read({})

    named = {line.split()[0] for line in str(error.value).splitlines()}
    assert named == {
        "ROUNDTABLE_SECRET_KEY",
        "ROUNDTABLE_PUBLIC_URL",
        "ROUNDTABLE_SMTP_URL",
        "ROUNDTABLE_MAIL_FROM",
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "changeme", "too easy to guess"),
        ("SECRET_KEY", "a" * 64, "too easy to guess"),
        ("PUBLIC_URL", "roundtable.example.org", "must be an address"),
        ("PUBLIC_URL", "https://[", "must be an address"),
        ("PUBLIC_URL", "https://a..example.org", "must be an address"),
        ("PUBLIC_URL", "https://a.example/b", "bare address"),
        ("SMTP_URL", "http://mail", "must look like"),
        ("SMTP_URL", "smtp://mail:999999", "must look like"),
        ("MAIL_FROM", "a@b@c", "must be one mail address"),
        ("PORT", "eighty", "whole number"),
        ("PORT", "70000", "whole number"),
        ("THREADS", "0", "whole number"),
        ("LOG_LEVEL", "LOUD", "must be one of"),
        ("DATABASE_URI", "not an address", "must be an SQLAlchemy address"),
        ("DATABASE_URI", "mysql://h/d", "SQLite or PostgreSQL"),
        ("DEMONSTRATION", "yes", "must be 0 or 1"),
        ("PROT", "1", "is not a setting"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(name: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as error:
        config.read({**GOOD, f"ROUNDTABLE_{name}": value})

    assert str(error.value).startswith(f"ROUNDTABLE_{name} ")


def test_a_mail_password_is_never_repeated_in_an_error() -> None:
    with pytest.raises(ConfigError) as error:
        config.read({**GOOD, "ROUNDTABLE_SMTP_URL": "smpt://user:hunter2@mail"})

    assert "hunter2" not in str(error.value)


def test_the_demonstration_makes_its_own_secret_and_keeps_it(tmp_path: Path) -> None:
    environ = {"ROUNDTABLE_DEMONSTRATION": "1", "ROUNDTABLE_DATA_DIR": str(tmp_path)}

    first, second = config.read(environ), config.read(environ)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "demonstration-secret").stat().st_mode & 0o077 == 0


def test_every_setting_stands_in_the_table_of_the_documentation() -> None:
    table = (Path(__file__).parent.parent / "docs" / "settings.md").read_text("utf-8")

    for setting in SETTINGS:
        assert f"| `{setting.variable}` |" in table
        assert setting.meaning in table
