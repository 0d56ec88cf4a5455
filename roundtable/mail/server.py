"""Speaking to the mail server: one connection for many letters, and what its answers mean."""

import logging
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self

from roundtable.mail_servers import smtp_server

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 60
"""How long one answer of the mail server may take. RFC 5321, section 4.5.3.2, would wait up to ten
minutes for the last one; a letter whose answer is lost is sent again under the same Message-ID."""


class Verdict(Enum):
    """What an answer of the mail server means for the letter."""

    HANDED_OVER = "handed over"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True)
class Answer:
    """The verdict, the server's own words, and whether the connection can go on being used."""

    verdict: Verdict
    reason: str = ""
    is_connected: bool = True


class Unreachable(Exception):  # noqa: N818 - a state of the server, not a fault of the program
    """The mail server cannot be reached, or lets nobody in; no letter is to blame."""


def _said(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {words}".split())[:500]


def answer_to(error: Exception) -> Answer:
    """Say what an error of smtplib or of the network means for the letter that was being sent.

    5xx for recipient or content is final. 4xx (greylisting, RFC 6647), 552 (RFC 5321, section
    4.5.3.1.10: to be read as 452), a refused sender (our own fault, an operator mends it), time-outs
    and broken connections are tried again.
    """
    words: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        # smtplib wraps a time-out while it waits for an answer.
        is_time_out = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        kind = "time-out" if is_time_out else type(error).__name__
        return Answer(Verdict.LATER, f"connection: {kind}", is_connected=False)
    is_final = 500 <= code < 600 and code != 552 and not isinstance(error, smtplib.SMTPSenderRefused)
    # 421 announces that the server closes; a code below 400 here is an answer out of step (code -1).
    return Answer(
        Verdict.NEVER if is_final else Verdict.LATER,
        _said(code, words),
        is_connected=code >= 400 and code != 421,
    )


class MailServer:
    """A connection that is opened with the first letter and again when it has broken; the server is greeted by `own_name`.

    An empty address stands for the demonstration, which has no server and takes every letter.
    """

    def __init__(self, url: str, own_name: str) -> None:
        self._url = url
        self._own_name = own_name
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()

    def send(self, sender: str, recipient: str, content: bytes) -> Answer:
        """Hand one message over and say what became of it.

        Raises:
            Unreachable: if there is no connection and none can be made.
        """
        if not self._url:
            return Answer(Verdict.HANDED_OVER)
        connection = self._connection or self._open()
        try:
            connection.sendmail(sender, [recipient], content)
        except (OSError, smtplib.SMTPException) as error:
            found = answer_to(error)
            if not found.is_connected:
                # Only the kind: the server's words may name an address.
                log.warning("mail server broke off", extra={"error": type(error).__name__})
                self._drop()
            return found
        return Answer(Verdict.HANDED_OVER)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> smtplib.SMTP:
        server = smtp_server(self._url)
        tls = ssl.create_default_context() if server.scheme != "smtp+plain" else None
        try:
            if server.scheme == "smtps":
                self._connection = smtplib.SMTP_SSL(
                    server.host, server.port, self._own_name, timeout=TIMEOUT_SECONDS, context=tls
                )
            else:
                self._connection = smtplib.SMTP(
                    server.host, server.port, self._own_name, timeout=TIMEOUT_SECONDS
                )
            if server.scheme == "smtp":
                self._connection.starttls(context=tls)
            if server.user:
                self._connection.login(server.user, server.password)
        except smtplib.SMTPResponseException as error:
            self._drop()
            raise Unreachable(f"mail server: {_said(error.smtp_code, error.smtp_error)}") from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Unreachable(f"connection: {type(error).__name__}") from error
        return self._connection
