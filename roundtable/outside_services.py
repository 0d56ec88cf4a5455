"""The cities' own sign-in services (OpenID Connect), as a TOML file of the settings names them.

    [cologne]
    name = "City of Cologne"
    issuer = "https://login.example.org"
    client_id = "roundtable"
    client_secret = "…"
    domains = ["stadt-koeln.example.org"]

For addresses in its `domains` a service's word is enough: who signs in there with such an address, confirmed,
is the person with the account of this address. Everybody else connects an account once by hand.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_KEY = re.compile(r"^[a-z][a-z0-9-]{0,39}$")
_FIELDS = {"name", "issuer", "client_id", "client_secret", "domains"}


class ServicesError(Exception):
    """The file cannot be used; the text says why, without any secret."""


@dataclass(frozen=True)
class SignInService:
    """One service; `key` stands in addresses, `domains` are lower-case."""

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    domains: tuple[str, ...]

    def answers_for(self, email: str) -> bool:
        """Whether the service's word is enough for this address."""
        return email.rpartition("@")[2].lower() in self.domains


def read(file: Path) -> tuple[SignInService, ...]:
    """Return the services that a file names.

    Raises:
        ServicesError: if it cannot be read, or something in it is missing or wrong.
    """
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ServicesError(f"cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServicesError(f"is no TOML: {error}") from error
    return tuple(_service(key, values) for key, values in tables.items())


def _service(key: str, values: object) -> SignInService:
    if not _KEY.match(key) or not isinstance(values, Mapping):
        raise ServicesError(f"needs a table such as [cologne] for each service; “{key}” is none.")
    unknown = set(values) - _FIELDS
    if unknown:
        raise ServicesError(f"[{key}] has no setting “{min(unknown)}”.")
    texts = {name: values.get(name) for name in _FIELDS - {"domains"}}
    for name, value in texts.items():
        if not isinstance(value, str) or not value:
            raise ServicesError(f"[{key}] needs {name}, a text.")
    domains = values.get("domains", [])
    if not isinstance(domains, list) or not all(isinstance(one, str) and one for one in domains):
        raise ServicesError(f"[{key}] domains must be a list of texts.")
    issuer = str(texts["issuer"]).rstrip("/")
    parts = urlsplit(issuer)
    is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise ServicesError(f"[{key}] issuer must be an https address.")
    return SignInService(
        key,
        str(texts["name"]),
        issuer,
        str(texts["client_id"]),
        str(texts["client_secret"]),
        tuple(one.lower() for one in domains),
    )
