import make
import pytest
from conftest import OwnClient, counted_queries
from flask import Flask
from minutes.test_record import SECRET, begun, written
from press import newsroom
from sqlalchemy import select

from roundtable.conferences.roles import Role
from roundtable.conferences.service import add_member
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.minutes import amendment_service
from roundtable.press import block_service, queries
from roundtable.press.block_service import Conflict, Written
from roundtable.press.content_service import gathered
from roundtable.press.kinds import BlockKind
from roundtable.press.models import Block, PressSummary
from roundtable.press.readiness import Hint, reading


def test_the_first_draft_is_composed_from_the_approved_record(organizer: OwnClient) -> None:
    entries = newsroom.approved()

    organizer.post(f"/meetings/{entries[0].minutes.meeting_id}/press/begin")

    summary = db.session.scalars(select(PressSummary)).one()
    found = [(one.kind.value, one.texts["en"], one.sources) for one in queries.blocks_of(summary)]
    assert found == [
        ("headline", "Round Table en: 2 cities at one table", []),
        ("lead", "On 2 September 2026, 2 cities met by video conference: Round Table en.", []),
        ("facts", "2 cities, Germany · Türkiye\n2 September 2026, 90 minutes\nEnglish, German, Turkish", []),
        ("paragraph", "Under “Welcome en” these cities took the floor: City 000.", [entries[0].id]),
        ("paragraph", "A note en.", [entries[4].id]),
        ("paragraph", "The participants agreed: A working group en", [entries[2].id]),
        ("paragraph", "Next step (City 000, until 1 September 2026): Invite en", [entries[3].id]),
    ]
    lead = newsroom.block(summary, BlockKind.LEAD).texts
    assert lead["tr"] == "2 Eylül 2026 tarihinde 2 kent video konferansla bir araya geldi: Round Table tr."
    assert SECRET not in str([one.texts for one in queries.blocks_of(summary)])


def test_beginning_twice_keeps_the_first_draft(app: Flask) -> None:
    summary, _ = newsroom.begun_summary()

    assert block_service.begin(summary.meeting, by="Somebody else") is summary


def test_nothing_begins_before_the_minutes_are_approved(organizer: OwnClient) -> None:
    minutes = begun()
    written(minutes)

    response = organizer.post(f"/meetings/{minutes.meeting_id}/press/begin")

    assert response.status_code == 409
    assert "are not approved yet" in response.text


def test_each_part_shows_beside_it_what_it_came_from(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()

    page = organizer.get(f"/meetings/{summary.meeting_id}/press").text

    assert page.count('<div class="sources"') == 4
    assert SECRET not in page


def test_an_off_the_record_statement_cannot_be_quoted_by_any_number(organizer: OwnClient) -> None:
    summary, entries = newsroom.begun_summary()

    for entry_id in (entries[1].id, entries[2].id, 999_999, "x", "9" * 30):
        response = organizer.post(
            f"/meetings/{summary.meeting_id}/press/quotes", data={"entry_id": str(entry_id)}
        )
        assert response.status_code == 409

    assert [one for one in queries.blocks_of(summary) if one.kind is BlockKind.QUOTE] == []


def test_an_amended_statement_is_quoted_in_its_amended_words(app: Flask) -> None:
    summary, entries = newsroom.begun_summary()
    new = Texts({"en": "We do go on.", "de": "Wir machen sehr wohl weiter."})
    amendment_service.amend(entries[0].minutes, entries[0].id, new, make.texts("Misheard"), by="Chair")
    db.session.commit()

    quote = newsroom.quoted(summary, entries[0])

    assert quote.texts == new


def test_a_changed_original_marks_its_translations_until_they_follow(app: Flask) -> None:
    summary, _ = newsroom.begun_summary()
    lead = newsroom.block(summary, BlockKind.LEAD)
    texts = lead.texts

    newsroom.say(lead, Texts({**texts, "en": "Another lead."}))
    assert _stale(summary, lead) == ("de", "tr")
    newsroom.say(lead, Texts({**texts, "en": "Another lead.", "de": "Ein anderer Vorspann."}))
    assert _stale(summary, lead) == ("tr",)
    still = Written(lead.texts, "en", frozenset({"tr"}))
    block_service.write(lead, still, version=lead.version, by="Pia")

    assert _stale(summary, lead) == ()


def _stale(summary: PressSummary, block: Block) -> tuple[str, ...]:
    from roundtable.minutes.translations import stale

    return stale(block.texts, block.based_on, block.language)


def test_two_press_officers_never_overwrite_each_other(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()
    lead = newsroom.block(summary, BlockKind.LEAD)
    address = f"/meetings/{summary.meeting_id}/press/parts/{lead.id}"
    version = str(lead.version)

    first = organizer.post(address, data={"texts-en": "First", "language": "en", "version": version})
    second = organizer.post(address, data={"texts-en": "Second", "language": "en", "version": version})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "First" in second.text
    assert "Second</textarea>" in second.text
    assert lead.texts == {"en": "First"}


def test_a_script_that_saves_gets_the_others_words_to_compare(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()
    lead = newsroom.block(summary, BlockKind.LEAD)
    address = f"/meetings/{summary.meeting_id}/press/parts/{lead.id}"
    json = {"Accept": "application/json"}
    data = {"language": "en", "version": str(lead.version)}

    saved = organizer.post(address, data={**data, "texts-en": "First"}, headers=json)
    refused = organizer.post(address, data={**data, "texts-en": "Second"}, headers=json)

    assert (saved.status_code, saved.get_json()["version"]) == (200, 2)
    assert (refused.status_code, refused.get_json()["texts"]) == (409, {"en": "First"})


def test_saving_the_same_words_twice_changes_nothing_and_is_no_conflict(app: Flask) -> None:
    summary, _ = newsroom.begun_summary()
    lead = newsroom.block(summary, BlockKind.LEAD)
    newsroom.say(lead, Texts({"en": "Once"}))
    seen = lead.version

    assert not block_service.write(lead, Written(lead.texts, "en"), version=seen - 1, by="Pia")
    with pytest.raises(Conflict):
        block_service.write(lead, Written(Texts({"en": "Twice"}), "en"), version=seen - 1, by="Pia")
    assert lead.version == seen


def test_a_paragraph_that_is_too_long_keeps_what_was_typed_and_says_so(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()
    part = newsroom.block(summary, BlockKind.PARAGRAPH)
    huge = "Ş" * 50_000

    response = organizer.post(
        f"/meetings/{summary.meeting_id}/press/parts/{part.id}",
        data={"texts-en": huge, "language": "en", "version": str(part.version)},
    )

    assert response.status_code == 422
    assert "Please use at most 5000 characters." in response.text
    assert huge in response.text


def test_parts_are_added_moved_dragged_and_removed_but_the_fixed_ones_stay(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()
    base = f"/meetings/{summary.meeting_id}/press"
    organizer.post(f"{base}/parts", data={"kind": "box"})
    box = newsroom.block(summary, BlockKind.BOX)

    organizer.post(f"{base}/parts/{box.id}/move", data={"direction": "up"})
    assert [one.kind.value for one in queries.blocks_of(summary)][-2:] == ["box", "paragraph"]
    movable = [one.id for one in queries.blocks_of(summary) if not one.kind.is_fixed]
    organizer.post(
        f"{base}/order", data={"key": [str(box.id), "x", "²", "9" * 30, "99999", *map(str, movable)]}
    )
    assert [one.kind.value for one in queries.blocks_of(summary)][:4] == ["headline", "lead", "facts", "box"]
    organizer.post(f"{base}/parts/{box.id}/remove")
    headline = newsroom.block(summary, BlockKind.HEADLINE)
    refused = [
        organizer.post(f"{base}/parts/{headline.id}/{act}", data={"direction": "down"}).status_code
        for act in ("move", "remove")
    ]

    assert refused == [409, 409]
    assert "box" not in [one.kind.value for one in queries.blocks_of(summary)]


def test_a_summary_has_an_end(app: Flask) -> None:
    summary, _ = newsroom.begun_summary()
    for _ in range(block_service.MOST_BLOCKS - len(queries.blocks_of(summary))):
        block_service.add_words(summary, BlockKind.PARAGRAPH, by="Pia")

    with pytest.raises(Refusal, match="at most 80 parts"):
        block_service.add_words(summary, BlockKind.PARAGRAPH, by="Pia")


def test_hints_name_what_could_read_better() -> None:
    long = " ".join(["word"] * 26) + "."

    good = reading("A headline", "A short lead.", ["One sentence."], has_quote=True, picture_widths=[1600])
    bad = reading("H" * 111, "word " * 51, [long], has_quote=False, picture_widths=[])

    assert (good.words, good.minutes, good.hints) == (5, 1, [])
    small = reading("A", "B.", ["C."], has_quote=True, picture_widths=[4000, 1599])
    assert set(bad.hints) == set(Hint) - {Hint.SMALL_PICTURE}
    assert small.hints == [Hint.SMALL_PICTURE]


def test_the_preview_gives_the_pages_and_how_the_text_reads(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished()

    answer = organizer.get(f"/meetings/{summary.meeting_id}/press/preview/tr.json")

    values = answer.get_json()
    assert len(values["pages"]) == 1
    assert values["pages"][0].startswith("iVBOR")
    assert "kelime" in values["length"]
    assert organizer.get(f"/meetings/{summary.meeting_id}/press/preview/fr.json").status_code == 404


def test_the_desk_asks_the_database_as_often_for_three_quotes_as_for_one(organizer: OwnClient) -> None:
    summary, entries = newsroom.finished()
    address = f"/meetings/{summary.meeting_id}/press"
    organizer.get(address)

    with counted_queries() as before:
        organizer.get(address)
    quote = newsroom.quoted(summary, entries[0])
    newsroom.asked(quote)
    for _ in range(3):
        block_service.add_words(summary, BlockKind.PARAGRAPH, by="Pia")
        newsroom.add_picture(summary)
    db.session.commit()
    with counted_queries() as after:
        organizer.get(address)

    assert len(after) <= len(before) + 1
    assert gathered(summary).requests[quote.id]


def test_nobody_without_the_role_reaches_the_press_desk(client: OwnClient) -> None:
    summary, _ = newsroom.finished()
    taker = make.user("taker@example.org")
    add_member(summary.meeting.conference, taker, Role.MINUTE_TAKER)
    db.session.commit()
    picture = newsroom.block(summary, BlockKind.PICTURE).picture_id
    client.sign_in(taker)
    base = f"/meetings/{summary.meeting_id}/press"

    assert client.get(base).status_code == 403
    assert client.get(f"{base}/pictures/{picture}.jpg").status_code == 403
    assert client.get(f"{base}/preview/en.json").status_code == 403
    assert client.post(f"{base}/versions").status_code == 403
