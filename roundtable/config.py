"""The settings: read from the environment and checked before anything starts; setting_list.py names them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from roundtable import addresses, mail_servers, outside_services, setting_addresses
from roundtable.outside_services import ServicesError, SignInService
from roundtable.setting_list import PREFIX
from roundtable.setting_reader import Reader, attempt

ROLES = ("administrator", "organizer", "minute-taker", "press-officer", "observer")
"""Who can be asked for a second factor; the roles in conferences are those of conferences/roles.py."""
EXAMPLE_SECRETS = frozenset({"secret", "changeme", "change-me", "dev", "development", "example", "password"})


LEAST_TOKEN = 24


class ConfigError(Exception):
    """One or more settings are missing or wrong; the text has a line for each."""


_SECRET = frozenset(
    {
        "secret_key",
        "old_secret_keys",
        "database_uri",
        "database_replica_uri",
        "redis_url",
        "storage_secret",
        "metrics_token",
        "smtp_url",
        "inbox_url",
        "jitsi_secret",
        "bigbluebutton_secret",
        "signing_password",
    }
)
"""Settings that are secrets, or addresses with a password in them."""


@dataclass(frozen=True)
class Settings:
    """The checked settings. `smtp_url` is empty exactly in the demonstration without a mail server."""

    demonstration: bool
    secret_key: str
    old_secret_keys: tuple[str, ...]
    public_url: str
    data_dir: Path
    database_uri: str
    database_pool: int
    database_replica_uri: str
    redis_url: str
    storage_url: str
    storage_key_id: str
    storage_secret: str
    smtp_url: str
    mail_from: str
    inbox_url: str
    inbox_trusted_server: str
    jitsi_url: str
    jitsi_app_id: str
    jitsi_secret: str
    bigbluebutton_url: str
    bigbluebutton_secret: str
    signing_file: Path | None
    signing_password: str
    sign_in_services: tuple[SignInService, ...]
    second_factor_for: tuple[str, ...]
    host: str
    port: int
    threads: int
    trusted_proxies: int
    metrics_token: str
    traces_url: str
    log_level: str

    def without_secrets(self) -> dict[str, object]:
        """Return the settings that a backup may hold: what would open something is left out."""
        kept: dict[str, object] = {}
        for name, value in vars(self).items():
            if name in _SECRET or name == "sign_in_services":
                continue
            kept[name] = value if isinstance(value, bool | int) else str(value)
        return kept

    @property
    def is_secure(self) -> bool:
        """Whether people reach the program over TLS: then cookies are marked Secure."""
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        """The host part of the public address, with its port where it has one."""
        return urlsplit(self.public_url).netloc


def read(environ: Mapping[str, str]) -> Settings:
    """Return the settings that the environment names.

    In the demonstration a secret is made once and kept in the data folder; outside it there is
    no default secret, address or mail server.

    Raises:
        ConfigError: with a line for each setting that is missing, wrong or unknown.
    """
    reader = Reader(environ)
    demonstration = reader.flag("DEMONSTRATION")
    data_dir = Path(reader.text("DATA_DIR") or "var").expanduser().absolute()
    port = reader.number("PORT", least=0, most=65535)
    settings = Settings(
        demonstration=demonstration,
        secret_key=_secret(reader, demonstration, data_dir),
        old_secret_keys=_old_secrets(reader),
        public_url=_public_url(reader, demonstration, port),
        data_dir=data_dir,
        database_uri=setting_addresses.database_uri(reader, data_dir),
        database_pool=reader.number("DATABASE_POOL", least=0, most=500),
        database_replica_uri=setting_addresses.replica_uri(reader),
        redis_url=setting_addresses.redis_url(reader),
        storage_url=setting_addresses.storage_url(reader),
        storage_key_id=reader.text("STORAGE_KEY_ID"),
        storage_secret=reader.text("STORAGE_SECRET"),
        smtp_url=setting_addresses.smtp_url(reader, demonstration),
        mail_from=_mail_from(reader, demonstration),
        inbox_url=setting_addresses.inbox_url(reader),
        inbox_trusted_server=reader.text("INBOX_TRUSTED_SERVER").lower(),
        jitsi_url=setting_addresses.video_url(reader, "JITSI_URL", "JITSI_APP_ID", "JITSI_SECRET"),
        jitsi_app_id=reader.text("JITSI_APP_ID"),
        jitsi_secret=reader.text("JITSI_SECRET"),
        bigbluebutton_url=setting_addresses.video_url(reader, "BIGBLUEBUTTON_URL", "BIGBLUEBUTTON_SECRET"),
        bigbluebutton_secret=reader.text("BIGBLUEBUTTON_SECRET"),
        signing_file=_signing_file(reader),
        signing_password=reader.text("SIGNING_PASSWORD"),
        sign_in_services=_sign_in_services(reader),
        second_factor_for=_second_factor_for(reader),
        host=reader.text("HOST"),
        port=port,
        threads=reader.number("THREADS", least=1, most=512),
        trusted_proxies=reader.number("TRUSTED_PROXIES", least=0, most=8),
        metrics_token=_metrics_token(reader),
        traces_url=setting_addresses.traces_url(reader),
        log_level=reader.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
    )
    reader.unknown()
    if reader.problems:
        raise ConfigError("\n".join(reader.problems))
    return settings


def _secret(reader: Reader, demonstration: bool, data_dir: Path) -> str:
    given = reader.text("SECRET_KEY")
    if given:
        if given.lower() in EXAMPLE_SECRETS or len(set(given)) < 8 or len(given) < 32:
            reader.problem(
                "SECRET_KEY",
                "is too easy to guess. Make one with: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
            )
        return given
    if demonstration:
        return demonstration_secret(data_dir)
    reader.problem(
        "SECRET_KEY",
        'is missing. Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
    )
    return ""


def _old_secrets(reader: Reader) -> tuple[str, ...]:
    found = tuple(reader.text("OLD_SECRET_KEYS").split())
    if any(len(one) < 32 for one in found):
        reader.problem("OLD_SECRET_KEYS", "must hold secrets of 32 characters or more, as they were in use.")
    if reader.text("SECRET_KEY") in found:
        reader.problem("OLD_SECRET_KEYS", "must not hold the present secret.")
    return found


def demonstration_secret(data_dir: Path) -> str:
    """Return the demonstration's own secret, made at the first start and kept in the data folder."""
    file = data_dir / "demonstration-secret"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(48), encoding="ascii")
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(f"{PREFIX}DATA_DIR: {data_dir} cannot be written: {error.strerror}.") from error


def _public_url(reader: Reader, demonstration: bool, port: int) -> str:
    given = reader.text("PUBLIC_URL").rstrip("/")
    if not given and demonstration:
        return f"http://localhost:{port}"
    parts = attempt(lambda: urlsplit(given))
    is_name = attempt(lambda: mail_servers.own_name(given)) is not None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or not is_name:
        reader.problem("PUBLIC_URL", "must be an address such as https://roundtable.example.org.")
    elif parts.path or parts.query or parts.fragment or parts.username:
        reader.problem("PUBLIC_URL", "must be a bare address, without a path, a question mark or a user.")
    return given


def _metrics_token(reader: Reader) -> str:
    given = reader.text("METRICS_TOKEN")
    if given and len(given) < LEAST_TOKEN:
        reader.problem("METRICS_TOKEN", f"must have {LEAST_TOKEN} characters or more.")
    return given


def _signing_file(reader: Reader) -> Path | None:
    given = reader.text("SIGNING_FILE")
    if not given:
        return None
    file = Path(given).expanduser().absolute()
    if not file.is_file():
        reader.problem("SIGNING_FILE", f"must name a file with certificate and key; {file} is none.")
    return file


def _sign_in_services(reader: Reader) -> tuple[SignInService, ...]:
    given = reader.text("SIGN_IN_SERVICES_FILE")
    if not given:
        return ()
    file = Path(given).expanduser().absolute()
    try:
        return outside_services.read(file)
    except ServicesError as error:
        reader.problem("SIGN_IN_SERVICES_FILE", f"{file}: {error}")
        return ()


def _second_factor_for(reader: Reader) -> tuple[str, ...]:
    found = tuple(reader.text("SECOND_FACTOR_FOR").lower().split())
    for one in found:
        if one not in ROLES:
            reader.problem("SECOND_FACTOR_FOR", f"knows no role {one!r}; there are: {', '.join(ROLES)}.")
    return found


def _mail_from(reader: Reader, demonstration: bool) -> str:
    given = reader.text("MAIL_FROM")
    if not given and demonstration:
        return "roundtable@example.org"
    if addresses.checked(given) is None:
        reader.problem("MAIL_FROM", "must be one mail address such as invitations@example.org.")
    return given
