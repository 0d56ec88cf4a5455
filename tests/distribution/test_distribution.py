from datetime import timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from press import newsroom
from sqlalchemy import select

from roundtable import clock
from roundtable.db import Texts, db
from roundtable.distribution import entering, jobs, service
from roundtable.distribution.models import Dispatch, Newsroom, PressList
from roundtable.errors import Refusal
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import fill
from roundtable.mail.models import Letter, LetterState
from roundtable.press import publish_service
from roundtable.press.models import PressSummary

PASTED = "Daily News <news@example.org>\n\nhaber@example.com,\n"


def _list(summary: PressSummary, text: str = PASTED, language: str = "tr", name: str = "Papers") -> PressList:
    made = service.add_list(summary.meeting.conference, name)
    db.session.flush()
    service.add_newsrooms(made, entering.read(text).newsrooms, language=language, by="Press")
    db.session.commit()
    return made


def _press_letters() -> list[Letter]:
    return [one for one in make.outbox() if one.kind == "press-release"]


def test_pasted_lines_are_read_each_address_once_and_faults_are_numbered() -> None:
    found = entering.read(PASTED + "no address\nDAILY <NEWS@example.org>\nHaber Ajansı <ajans@example.com>")

    assert [(one.name, one.email) for one in found.newsrooms] == [
        ("Daily News", "news@example.org"),
        ("haber@example.com", "haber@example.com"),
        ("Haber Ajansı", "ajans@example.com"),
    ]
    assert found.faulty == [4]


def test_each_newsroom_gets_one_letter_in_its_language(app: Flask) -> None:
    summary, _ = newsroom.finished()
    papers = _list(summary)
    others = _list(summary, "news@example.org", "de", "Others")
    publication = newsroom.published(summary)

    service.send_to(publication, [papers, others], by="Press")
    db.session.commit()
    jobs.send_dispatches()
    jobs.send_dispatches()

    letters = _press_letters()
    assert sorted((one.recipient_email, one.language) for one in letters) == [
        ("haber@example.com", "tr"),
        ("news@example.org", "tr"),
    ]
    assert f"{newsroom.LETTERS} tr" in letters[0].subject
    assert f"/press/{publication.slug}/tr" in letters[0].text
    # The link is made when the letter leaves: what is stored opens nothing.
    assert "/u/" not in letters[0].text + letters[0].unsubscribe_path
    assert _leaving(letters[0]) in fill(letters[0], people_for(letters)).text


def _leaving(letter: Letter) -> str:
    """Return the path on which the newsroom of a letter leaves."""
    return fill(letter, people_for([letter])).unsubscribe.removeprefix("http://localhost")


def test_a_newsroom_whose_language_is_missing_gets_another(app: Flask) -> None:
    summary, _ = newsroom.finished(languages=("de",))
    papers = _list(summary)
    service.send_to(newsroom.published(summary), [papers], by="Press")
    db.session.commit()

    jobs.send_dispatches()

    assert {one.language for one in _press_letters()} == {"de"}


def test_no_letter_is_written_before_the_embargo_ends_and_none_after_a_withdrawal(app: Flask) -> None:
    summary, _ = newsroom.finished()
    papers = _list(summary)
    until = clock.now() + timedelta(hours=1)
    service.send_to(newsroom.published(summary, embargo_until=until), [papers], by="Press")
    db.session.commit()

    newsroom.at(until - timedelta(microseconds=1))
    assert (jobs.send_dispatches(), _press_letters()) == (0, [])
    publish_service.withdraw(summary, Texts({"en": "Wrong"}), by="Press")
    db.session.commit()
    newsroom.at(until)
    assert (jobs.send_dispatches(), _press_letters()) == (0, [])


def test_the_letters_go_when_the_embargo_ends(app: Flask) -> None:
    summary, _ = newsroom.finished()
    papers = _list(summary)
    until = clock.now() + timedelta(hours=1)
    service.send_to(newsroom.published(summary, embargo_until=until), [papers], by="Press")
    db.session.commit()

    newsroom.at(until)
    jobs.send_dispatches()

    assert len(_press_letters()) == 2
    assert db.session.scalars(select(Dispatch)).one().letters == 2


def test_only_a_released_version_is_sent(app: Flask) -> None:
    summary, _ = newsroom.finished()
    papers = _list(summary)
    publication = publish_service.propose(summary, publish_service.Wish(Texts()), by="Press")
    db.session.commit()

    with pytest.raises(Refusal, match="Only a released version"):
        service.send_to(publication, [papers], by="Press")


def test_a_mailbox_whose_letter_came_back_gets_no_more(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished()
    papers = _list(summary)
    service.send_to(newsroom.published(summary), [papers], by="Press")
    db.session.commit()
    jobs.send_dispatches()
    letter = next(one for one in _press_letters() if one.recipient_email == "news@example.org")
    letter.state, letter.last_error = LetterState.BOUNCED, "5.1.1 unknown"
    db.session.commit()

    service.send_to(newsroom.published(summary, make.texts("Corrected")), [papers], by="Press")
    db.session.commit()
    jobs.send_dispatches()

    assert [one.recipient_email for one in _press_letters()][2:] == ["haber@example.com"]
    page = organizer.get(f"/conferences/{papers.conference_id}/press-lists/{papers.id}").text
    assert "5.1.1 unknown" in page


def test_one_click_leaves_every_list_and_nobody_is_added_again_unawares(client: OwnClient) -> None:
    summary, _ = newsroom.finished()
    papers, others = _list(summary), _list(summary, "news@example.org", "de", "Others")
    service.send_to(newsroom.published(summary), [papers], by="Press")
    db.session.commit()
    jobs.send_dispatches()
    letter = next(one for one in _press_letters() if one.recipient_email == "news@example.org")
    path = _leaving(letter)

    client.get(path)
    client.head(path)
    assert db.session.scalars(select(Newsroom).where(Newsroom.unsubscribed_at.is_not(None))).all() == []
    left = client.post(path, data={"List-Unsubscribe": "One-Click"})
    again = service.add_newsrooms(papers, entering.read(PASTED).newsrooms, language="tr", by="Press")

    gone = db.session.scalars(select(Newsroom).where(Newsroom.unsubscribed_at.is_not(None))).all()
    assert (left.status_code, again) == (302, 0)
    assert sorted(one.list_id for one in gone) == sorted([papers.id, others.id])
    client.post(path, data={"letters": "on"})
    db.session.expire_all()
    assert "gets press releases" in client.get(f"{path}?lang=en").text
    assert client.get(f"{path[:-1]}a").status_code == 404


def test_the_letter_goes_out_with_the_header_that_mail_programs_leave_by(app: Flask) -> None:
    from roundtable.mail.filling import as_bytes

    summary, _ = newsroom.finished()
    service.send_to(newsroom.published(summary), [_list(summary)], by="Press")
    db.session.commit()
    jobs.send_dispatches()
    letter = _press_letters()[0]

    content, address = as_bytes(letter, people_for([letter]), app.config["ROUNDTABLE"])

    assert address == letter.recipient_email
    assert f"List-Unsubscribe: <http://localhost{_leaving(letter)}>".encode() in content
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in content


def test_lists_are_kept_on_their_pages(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished()
    conference_id = summary.meeting.conference_id
    base = f"/conferences/{conference_id}/press-lists"

    organizer.post(base, data={"name": "Papers"})
    same = organizer.post(base, data={"name": "Papers"})
    papers = db.session.scalars(select(PressList)).one()
    faulty = organizer.post(
        f"{base}/{papers.id}", data={"newsrooms": "good@example.org\nbad", "language": "de"}
    )
    assert db.session.scalars(select(Newsroom)).all() == []
    organizer.post(f"{base}/{papers.id}", data={"newsrooms": PASTED, "language": "de"})
    one = db.session.scalars(select(Newsroom).order_by(Newsroom.id)).first()
    assert one is not None
    organizer.post(f"{base}/{papers.id}/newsrooms/{one.id}/remove")
    left = db.session.scalars(select(Newsroom.email)).all()
    newsroom.published(summary)
    sending = f"/meetings/{summary.meeting_id}/press/versions/1/send"
    nothing = organizer.post(sending, data={})
    organizer.post(sending, data={"list": str(papers.id)})
    page = organizer.get(sending).text
    organizer.post(f"{base}/{papers.id}/remove")

    assert (same.status_code, faulty.status_code, nothing.status_code) == (409, 422, 422)
    assert "These lines hold no mail address: 2." in faulty.text
    assert left == ["haber@example.com"]
    assert "goes out as soon as it is public" in page
    assert db.session.scalars(select(PressList)).all() == []


def test_lists_belong_to_their_conference_and_to_the_press_desk(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished()
    papers = _list(summary)
    other = make.conference(of=make.user("else@example.org"))
    db.session.commit()

    assert organizer.get(f"/conferences/{other.id}/press-lists").status_code == 404
    assert organizer.get(f"/conferences/{other.id}/press-lists/{papers.id}").status_code == 404
