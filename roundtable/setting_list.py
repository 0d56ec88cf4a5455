"""The table of settings: every one comes from a ROUNDTABLE_* variable; docs/settings.md says the same."""

from dataclasses import dataclass

PREFIX = "ROUNDTABLE_"


@dataclass(frozen=True)
class Setting:
    """One row of the table of settings in docs/settings.md."""

    name: str
    default: str
    meaning: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name


SETTINGS = (
    Setting("DEMONSTRATION", "0", "1: demonstration with example data, own secret and a mailbox page"),
    Setting("SECRET_KEY", "", "signs cookies and personal links; 32 characters or more; required"),
    Setting(
        "OLD_SECRET_KEYS",
        "",
        "earlier secrets, separated by blanks: what was signed and sent under them still opens; take them out "
        "when that may end",
    ),
    Setting(
        "PUBLIC_URL",
        "",
        "the address that people type, such as https://roundtable.example.org; mail servers are greeted by its name; required",
    ),
    Setting("DATA_DIR", "var", "folder for the database, pictures, published PDFs and prepared fonts"),
    Setting("DATABASE_URI", "", "SQLAlchemy address of the database; default: roundtable.sqlite in DATA_DIR"),
    Setting(
        "DATABASE_POOL",
        "0",
        "how many connections to PostgreSQL a process holds at the most; 0: one for each of THREADS and two more",
    ),
    Setting(
        "DATABASE_REPLICA_URI",
        "",
        "postgresql://…: a copy of the database that is only read (streaming replication); pages for everybody come from "
        "there while it answers",
    ),
    Setting(
        "REDIS_URL",
        "",
        "redis://:password@host:6379/0 (rediss:// with TLS), Redis or Valkey: the queue of “roundtable worker” and the "
        "counters of limits, where several processes serve the program; needs PostgreSQL",
    ),
    Setting(
        "STORAGE_URL",
        "",
        "s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1: the bucket for pictures and published "
        "documents, where several machines serve the program; default: a folder in DATA_DIR",
    ),
    Setting("STORAGE_KEY_ID", "", "the name of the key that opens the bucket; required with STORAGE_URL"),
    Setting("STORAGE_SECRET", "", "the secret of that key; required with STORAGE_URL"),
    Setting(
        "SMTP_URL", "", "smtp://user:password@host:587 (STARTTLS), smtps:// (TLS) or smtp+plain://; required"
    ),
    Setting("MAIL_FROM", "", "the address that letters come from, such as invitations@example.org; required"),
    Setting(
        "INBOX_URL",
        "",
        "imaps://user:password@host/INBOX (TLS) or imap+plain://: the mailbox of MAIL_FROM; where it is read, "
        "replies from calendars and letters that come back are noted",
    ),
    Setting(
        "INBOX_TRUSTED_SERVER",
        "",
        "the name with which your own mail server signs Authentication-Results; without it no reply from a "
        "calendar is believed unasked",
    ),
    Setting("JITSI_URL", "", "https://meet.example.org: the Jitsi Meet server in which rooms can be opened"),
    Setting(
        "JITSI_APP_ID", "", "the app_id by which that server knows this program; required with JITSI_URL"
    ),
    Setting("JITSI_SECRET", "", "the app_secret that signs the tokens; required with JITSI_URL"),
    Setting(
        "BIGBLUEBUTTON_URL",
        "",
        "https://bbb.example.org/bigbluebutton/api: the BigBlueButton server in which rooms can be opened",
    ),
    Setting("BIGBLUEBUTTON_SECRET", "", "its shared secret; required with BIGBLUEBUTTON_URL"),
    Setting(
        "SIGNING_FILE",
        "",
        "a PKCS #12 file (.p12) with certificate and key: published PDFs are signed with it; the demonstration "
        "makes one of its own",
    ),
    Setting("SIGNING_PASSWORD", "", "the password of that file"),
    Setting(
        "SIGN_IN_SERVICES_FILE",
        "",
        "a TOML file that names the cities' own sign-in services (OpenID Connect); see docs/accounts.md",
    ),
    Setting(
        "SECOND_FACTOR_FOR",
        "",
        "who must have a second factor: administrator, organizer, minute-taker, press-officer, observer, "
        "separated by blanks",
    ),
    Setting("HOST", "127.0.0.1", "the address that the built-in server listens on"),
    Setting("PORT", "8765", "the port of the built-in server"),
    Setting("THREADS", "16", "how many requests the built-in server answers at a time"),
    Setting("TRUSTED_PROXIES", "0", "how many reverse proxies stand before the server and set X-Forwarded-*"),
    Setting(
        "METRICS_TOKEN",
        "",
        "whoever sends it as a Bearer token may read /metrics; without it there is no such page",
    ),
    Setting(
        "TRACES_URL",
        "",
        "https://collector.example.org:4318/v1/traces: requests, jobs and statements, without values, go there "
        "(OpenTelemetry, OTLP over HTTP)",
    ),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR"),
)
"""Every setting, in the order of the documentation."""
