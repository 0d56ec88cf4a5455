"""Mails as the big calendars send them, built from what is written down about their shapes."""

import base64
from datetime import datetime

from roundtable.invitations.models import Invitation

TRUSTED = "mx.roundtable.example.org"
STAMP = "20260901T100000Z"


def _ics(lines: list[str]) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])


def reply_ics(
    one: Invitation,
    attendee: str,
    partstat: str = "ACCEPTED",
    *,
    client: str = "google",
    sequence: int = 0,
    stamp: str = STAMP,
    comment: str = "",
    method: str = "REPLY",
    proposes: datetime | None = None,
) -> str:
    """Return the calendar of a reply in the manner of a client."""
    uid = one.meeting.uid
    starts = f"DTSTART:{(proposes or one.meeting.starts_at):%Y%m%dT%H%M%SZ}"
    if client == "outlook":
        # No ORGANIZER, MAILTO in capitals, CN "Last, First", a Windows zone from the year 1601.
        return _ics(
            [
                f"METHOD:{method}",
                "PRODID:Microsoft Exchange Server 2010",
                "VERSION:2.0",
                "BEGIN:VTIMEZONE",
                "TZID:Turkey Standard Time",
                "BEGIN:STANDARD",
                "DTSTART:16010101T000000",
                "TZOFFSETFROM:+0300",
                "TZOFFSETTO:+0300",
                "END:STANDARD",
                "END:VTIMEZONE",
                "BEGIN:VEVENT",
                f'ATTENDEE;PARTSTAT={partstat};CN="Kalem, Özel":MAILTO:{attendee.title()}',
                f"COMMENT;LANGUAGE=de-DE:{comment}\\n",
                f"UID:{uid}",
                "SUMMARY;LANGUAGE=de-DE:Zugesagt: Runder Tisch",
                f"DTSTART;TZID=Turkey Standard Time:{(proposes or one.meeting.wall_time):%Y%m%dT%H%M%S}",
                f"DTSTAMP:{stamp}",
                f"SEQUENCE:{sequence}",
                "END:VEVENT",
            ]
        )
    noted = f';X-RESPONSE-COMMENT="{comment}"' if comment and client == "google" else ""
    return _ics(
        [
            "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
            "VERSION:2.0",
            "CALSCALE:GREGORIAN",
            f"METHOD:{method}",
            "BEGIN:VEVENT",
            starts,
            f"DTSTAMP:{stamp}",
            "ORGANIZER;CN=Union:mailto:invitations@roundtable.example.org",
            f"UID:{uid}",
            f"ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT={partstat};CN=Office;X-NUM-GUESTS=0{noted}:mailto:{attendee}",
            f"SEQUENCE:{sequence}",
            "SUMMARY:Round Table",
            "END:VEVENT",
        ]
    )


def mail(
    calendar: str,
    sender: str,
    *,
    client: str = "google",
    authentication: str | None = "",
    message_id: str = "<reply-1@mail.example.org>",
) -> bytes:
    """Return a mail with the calendar, in the manner of a client; `authentication` None leaves it out."""
    domain = sender.rpartition("@")[2]
    said = (
        authentication
        or f"{TRUSTED}; dkim=pass header.i=@{domain} header.s=s1 header.b=abc; spf=pass smtp.mailfrom={sender}; "
        f"dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from={domain}"
    )
    head = [
        *([f"Authentication-Results: {said}"] if authentication is not None else []),
        f"From: Office <{sender}>",
        "To: invitations@roundtable.example.org",
        "Subject: =?utf-8?q?Accepted=3A_Yuvarlak?=",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
    ]
    packed = base64.encodebytes(calendar.encode()).decode()
    if client == "outlook":
        head.append('Content-Type: multipart/alternative; boundary="b"')
        parts = [
            "Content-Type: text/plain\r\n\r\nYes",
            (
                'Content-Type: text/calendar; charset="utf-8"; method=REPLY\r\n'
                f"Content-Transfer-Encoding: base64\r\n\r\n{packed}"
            ),
        ]
    elif client == "apple":
        # The method and the charset are missing from the header.
        head.append('Content-Type: multipart/mixed; boundary="b"')
        parts = [
            "Content-Type: text/plain\r\n\r\nYes",
            (
                "Content-Type: text/calendar; name=iCal-1.ics\r\nContent-Disposition: attachment\r\n"
                f"Content-Transfer-Encoding: base64\r\n\r\n{packed}"
            ),
        ]
    else:
        method = "REPLY" if "METHOD:REPLY" in calendar else "COUNTER"
        head.append('Content-Type: multipart/mixed; boundary="b"')
        parts = [
            f"Content-Type: text/calendar; charset=UTF-8; method={method}\r\n\r\n{calendar}",
            f'Content-Type: application/ics; name="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n{packed}',
        ]
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def bounce(message_id: str, recipient: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Return a delivery report (RFC 3464) about a letter, as Postfix writes it."""
    return f"""\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: invitations@roundtable.example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Message-ID: <bounce-{status}-{action}@mx.example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--r
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Tue,  1 Sep 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: Recipient address rejected

--r
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Union <invitations@roundtable.example.org>
To: Office <{recipient}>
Message-ID: {message_id}

--r--
""".replace("\n", "\r\n").encode()
