"""What is measured: a filled program, and the bare yardsticks beside it."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import make
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from conftest import OwnClient, counted_queries, free_port, settings_for
from flask import Flask, render_template_string
from sqlalchemy import select
from werkzeug.test import TestResponse

from benchmarks import same_data
from roundtable import clock, create_app, documents, schema
from roundtable.calendars.queries import feed_address
from roundtable.db import Texts, db
from roundtable.guests.models import City, Contact, Participant
from roundtable.invitations import service
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.mail.delivery import deliver_due, people_for
from roundtable.mail.filling import as_bytes
from roundtable.press.content import BodyShown, Content, Part, PictureShown, QuoteShown
from roundtable.press.document import press_html
from roundtable.press.kinds import BlockKind

BARE = """<!doctype html><title>x</title><table>{% for one in rows %}<tr><td>{{ one.city.names["en"] }}</td>
<td>{{ one.answer }}</td></tr>{% endfor %}</table>"""


@dataclass
class Scene:
    """A filled program with everything to call.

    `client` is an organizer's browser, `guest` that of an office, and the `stranger` (a calendar, a reader of press
    pages) brings no cookie.
    """

    app: Flask
    client: OwnClient
    guest: OwnClient
    stranger: OwnClient
    boards: dict[int, str]
    guest_page: str
    meeting_id: int
    conference_id: int
    controller: Controller
    smtp_port: int
    prebuilt: bytes = b""

    def queries(self, address: str, client: OwnClient | None = None) -> int:
        """Return how many statements a page sends to the database."""
        return same_data.queries(client or self.client, address)

    def bare_call(self) -> Callable[[], object]:
        """Return a call of the plainest view that shows the same twenty rows."""
        conference_id = self.meeting_id

        def view() -> str:
            rows = db.session.execute(
                select(Participant.id, City, Invitation.answer)
                .join(City, City.id == Participant.city_id)
                .join(Invitation, Invitation.participant_id == Participant.id)
                .where(Invitation.meeting_id == conference_id)
            ).all()
            return render_template_string(BARE, rows=[{"city": row[1], "answer": row[2]} for row in rows])

        bare = Flask("bare")
        bare.config["SQLALCHEMY_DATABASE_URI"] = self.app.config["SQLALCHEMY_DATABASE_URI"]
        db.init_app(bare)
        bare.add_url_rule("/", view_func=view)
        client = bare.test_client()
        return lambda: client.get("/")

    def press(self) -> tuple[str, documents.Assets]:
        paragraph = "Die Städte vereinbaren eine gemeinsame Arbeitsgruppe und treffen sich wieder. " * 6
        quote = QuoteShown(paragraph[:160], "de", "Amt", "Köln", "1. September 2026")
        photo = PictureShown("Der Saal", "Eine Zeichnung", "Roundtable", "", "", 1600, 820, "", 1600, 820)
        content = Content(
            headline="Zwanzig Städte aus der Türkei und Deutschland an einem virtuellen runden Tisch",
            lead=paragraph[:300],
            parts=[
                Part(BlockKind.PICTURE, picture=photo),
                *[Part(BlockKind.PARAGRAPH, paragraph)] * 4,
                Part(BlockKind.QUOTE, quote=quote),
                Part(BlockKind.PICTURE, picture=photo),
                *[Part(BlockKind.PARAGRAPH, paragraph)] * 4,
                Part(BlockKind.QUOTE, quote=quote),
            ],
            facts=["20 Städte", "90 Minuten"],
            bodies=[BodyShown("Deutscher Städtetag", paragraph)] * 3,
            contact=["Presse", "presse@example.org"],
            release="Samstag, 20. Juni 2020",
            free_at="2020-06-20T14:00:00Z",
            languages=["de", "tr"],
            number=1,
        )
        from roundtable.demo.painting import video_wall
        from roundtable.press.pictures import prepared

        if not hasattr(self, "_picture"):
            self._picture = prepared(video_wall()).small.content
        shown = (self._picture, "image/jpeg")
        with self.app.app_context():
            return press_html(content, "de"), {"picture1": shown, "picture2": shown}

    def press_pdf(self) -> bytes:
        """Make a two-page press summary as the program does."""
        html, assets = self.press()
        return documents.render(html, assets)

    def bare_pdf(self) -> bytes:
        """Make the same pages with WeasyPrint alone, in this process, fonts and picture from memory."""
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        from roundtable import fonts

        html, assets = self.press()

        class Known(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
            def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002
                kind, _, name = url.partition(":")
                face = fonts.named(name) if kind == "font" else None
                data = fonts.whole_file(face).read_bytes() if face else assets[name][0]
                return URLFetcherResponse(url, data, {"Content-Type": "font/ttf" if face else "image/jpeg"})

        if not hasattr(self, "_fonts"):
            self._fonts = FontConfiguration()
            self._faces = CSS(string=fonts.STYLE, url_fetcher=Known(), font_config=self._fonts)
        pdf: bytes = HTML(string=html, url_fetcher=Known()).write_pdf(
            stylesheets=[self._faces], font_config=self._fonts, pdf_variant="pdf/ua-1"
        )
        return pdf

    def queue_letters(self, count: int) -> None:
        """Invite so many contacts."""
        with self.app.app_context():
            meeting = make.meeting(make.conference())
            for index in range(count):
                participant = make.participant(meeting.conference, f"Letter {index:04}")
                make.contact(
                    participant, f"office{index}@example.org", language=("en", "de", "tr")[index % 3]
                )
            service.invite(meeting)
            db.session.commit()
            letter = make.outbox()[-1]
            self.prebuilt, _ = as_bytes(letter, people_for([letter]), self.app.config["ROUNDTABLE"])

    def deliver(self, count: int) -> int:
        """Hand the letters to the mail server of this machine."""
        with self.app.app_context():
            return deliver_due(limit=count)

    def send_prebuilt(self, count: int) -> None:
        """Send one ready message again and again over one connection."""
        message = self.prebuilt
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as connection:
            for index in range(count):
                connection.sendmail("a@example.org", [f"office{index}@example.org"], message)

    def feeds(self, count: int) -> list[str]:
        """Return the addresses of so many contacts' calendars, each with four sessions."""
        with self.app.app_context():
            conference = make.conference()
            meetings = [
                make.meeting(conference, wall_time=datetime(2026, 10, 6, 13) + timedelta(weeks=n))
                for n in range(4)
            ]
            for meeting in meetings:
                make.item(meeting, 10)
            contacts = []
            for index in range(count):
                one = make.contact(make.participant(conference, f"Feed {index:04}"))
                contacts.append(one)
                for meeting in meetings:
                    db.session.add(
                        Invitation(
                            meeting=meeting,
                            participant_id=one.participant_id,
                            invited_at=make.NOW,
                            asked_at=make.NOW,
                            answer=Answer.ACCEPTED,
                        )
                    )
            db.session.commit()
            return [feed_address(one).removeprefix("http://localhost") for one in contacts]

    def feed(self, address: str, etag: str) -> TestResponse:
        """Ask for a feed, as a calendar does that has this state of it."""
        return self.stranger.get(address, headers={"If-None-Match": etag} if etag else {})

    def usual_feed(self) -> str:
        """Return the address of a contact's calendar in a conference of twenty cities."""
        with self.app.app_context():
            contact = db.session.scalars(
                select(Contact)
                .join(Invitation, Invitation.participant_id == Contact.participant_id)
                .where(Invitation.meeting_id == self.meeting_id)
            ).first()
            assert contact is not None
            return feed_address(contact).removeprefix("http://localhost")

    def unchanged(self, address: str) -> Callable[[], object]:
        """Return a call of a feed by a calendar that has its state already."""
        etag = self.feed(address, "").headers["ETag"]

        def call() -> None:
            assert self.feed(address, etag).status_code == 304

        return call

    def queries_unchanged(self, address: str) -> int:
        """Return how many statements an unchanged feed sends to the database."""
        etag = self.feed(address, "").headers["ETag"]
        with counted_queries() as statements:
            self.feed(address, etag)
        return len([one for one in statements if not one.startswith("BEGIN")])

    def close(self) -> None:
        """Stop what runs."""
        self.controller.stop()
        clock.set_source(None)


def build(folder: Path) -> Scene:
    """Fill a program in the folder: meetings of 20, 200 and 500 participants with agendas and answers."""
    clock.set_source(lambda: make.NOW)
    port = free_port()
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    settings = replace(settings_for(folder), smtp_url=f"smtp+plain://127.0.0.1:{port}")
    app = create_app(settings, testing=True)
    app.test_client_class = OwnClient
    with app.app_context():
        schema.upgrade()
        boards = {count: make.table_of(count) for count in (20, 200, 500)}
        one = db.session.scalars(
            select(Invitation).where(
                Invitation.meeting_id == boards[20].id, Invitation.answer == Answer.NEEDS_ACTION
            )
        ).first()
        assert one is not None
        boards[20].titles = Texts(make.texts("Round Table"))
        guest_page, addresses = make.link(one), {n: f"/meetings/{m.id}" for n, m in boards.items()}
        meeting_id, user, conference_id = boards[20].id, make.user(), boards[200].conference_id
        db.session.commit()
        client = app.test_client()
        assert isinstance(client, OwnClient)
        client.sign_in(user)
    guest, stranger = app.test_client(), app.test_client()
    assert isinstance(guest, OwnClient)
    assert isinstance(stranger, OwnClient)
    scene = Scene(
        app, client, guest, stranger, addresses, guest_page, meeting_id, conference_id, controller, port
    )
    app.app_context().push()
    return scene
