from datetime import timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from press import newsroom

from roundtable import clock
from roundtable.clearance import jobs, service
from roundtable.clearance.service import Answer
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.guests.queries import contacts_of
from roundtable.press import clearing, publish_service, queries
from roundtable.press.clearing import answered, released_words, unreleased, words_mark
from roundtable.press.kinds import ClearanceState, QuoteStanding
from roundtable.press.models import Block, Clearance

RELEASED, CHANGED, REFUSED = ClearanceState.RELEASED, ClearanceState.CHANGED, ClearanceState.REFUSED


def _quote() -> Block:
    summary, entries = newsroom.finished()
    return newsroom.quoted(summary, entries[0])


def _standing(block: Block) -> QuoteStanding:
    return clearing.standing(block.texts, queries.clearances_of([block])[block.id])


def _answer(request: Clearance, state: ClearanceState, texts: Texts | None = None) -> Answer:
    return Answer(state, texts or Texts(), "", words_mark(request.words))


def test_the_office_gets_a_letter_with_the_words_and_the_way_to_release_them(app: Flask) -> None:
    quote = _quote()
    sent = len(make.outbox())

    newsroom.asked(quote)

    (letter,) = make.outbox()[sent:]
    assert letter.kind == "quote"
    assert letter.recipient_email == newsroom.office_of(quote).email
    assert "We go on." in letter.text
    assert "/quotes" in letter.text
    assert "Without your release the quote is not published." in letter.text
    assert _standing(quote) is QuoteStanding.ASKED


def test_one_click_on_the_personal_page_releases_exactly_the_words_shown(client: OwnClient) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    address = newsroom.page_of(newsroom.office_of(quote))
    page = client.get(address)

    assert page.status_code == 200
    assert "We go on." in page.text
    assert "Wir machen weiter." in page.text
    response = client.post(
        f"{address}/{request.id}", data={"answer": "released", "mark": words_mark(request.words)}
    )

    assert response.status_code == 302
    db.session.refresh(request)
    assert (request.state, request.released) == (RELEASED, {"en": "We go on.", "de": "Wir machen weiter."})
    assert request.answered_by == newsroom.office_of(quote).name
    assert _standing(quote) is QuoteStanding.RELEASED
    assert "quote released" in make.outbox()[-1].subject


def test_looking_at_the_page_releases_nothing_however_often(client: OwnClient) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    address = newsroom.page_of(newsroom.office_of(quote))

    for _ in range(3):
        client.get(address + "?answer=released")
        client.head(address)

    db.session.refresh(request)
    assert request.state is ClearanceState.ASKED


def test_a_release_with_a_change_makes_the_offices_words_the_quotes_words(client: OwnClient) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    address = newsroom.page_of(newsroom.office_of(quote))
    words = {"texts-en": "We go on together.", "texts-de": "Wir machen gemeinsam weiter."}

    client.post(
        f"{address}/{request.id}",
        data={"answer": "changed", "mark": words_mark(request.words), "note": "Better so.", **words},
    )

    db.session.refresh(quote)
    assert quote.texts == {"en": "We go on together.", "de": "Wir machen gemeinsam weiter."}
    assert _standing(quote) is QuoteStanding.RELEASED


def test_a_translation_that_the_office_did_not_follow_up_is_asked_for_again(app: Flask) -> None:
    quote = _quote()
    request = newsroom.asked(quote)

    texts = Texts({"en": "We go on together.", "de": "Wir machen weiter."})
    service.answer(request, _answer(request, CHANGED, texts), by="Office")

    assert request.released == {"en": "We go on together."}
    assert clearing.unreleased(quote.texts, request.released) == ["de"]
    assert _standing(quote) is QuoteStanding.CHANGED_SINCE


def test_a_refused_quote_keeps_the_summary_back(app: Flask) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    service.answer(request, _answer(request, REFUSED), by="Office")
    db.session.commit()

    with pytest.raises(Refusal, match="City 000 is not released by its office"):
        newsroom.published(quote.summary)


def test_silence_releases_nothing_even_after_the_day_asked_for(app: Flask) -> None:
    quote = _quote()
    request = newsroom.asked(quote, days=1)
    newsroom.at(clock.now() + timedelta(days=30))
    jobs.remind_about_quotes()

    db.session.refresh(request)
    assert request.state is ClearanceState.ASKED
    with pytest.raises(Refusal, match="is not released by its office"):
        newsroom.published(quote.summary)


@pytest.mark.parametrize("language", ["en", "de"])
def test_one_changed_letter_in_any_language_needs_the_release_again(app: Flask, language: str) -> None:
    quote = _quote()
    newsroom.released(quote)

    newsroom.say(quote, Texts({**quote.texts, language: quote.texts[language] + "!"}))
    db.session.commit()

    with pytest.raises(Refusal, match=rf"in these words \({language.upper()}\)"):
        newsroom.published(quote.summary)


def test_a_change_while_the_office_reads_is_not_released_by_its_click(client: OwnClient) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    address = newsroom.page_of(newsroom.office_of(quote))
    seen = words_mark(request.words)
    newsroom.say(quote, Texts({"en": "We stop."}))
    db.session.commit()

    response = client.post(f"{address}/{request.id}", data={"answer": "released", "mark": seen})

    assert response.status_code == 409
    assert "does not wait for an answer any more" in response.text
    assert _standing(quote) is QuoteStanding.CHANGED_SINCE


def test_an_answer_to_other_words_than_those_of_the_request_is_refused(app: Flask) -> None:
    request = newsroom.asked(_quote())

    with pytest.raises(Refusal, match="words have changed"):
        service.answer(request, Answer(RELEASED, Texts(), "", words_mark({"en": "Other"})), by="Office")


def test_a_release_can_be_taken_back_and_holds_up_the_next_version(app: Flask) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    service.answer(request, _answer(request, RELEASED), by="Office")
    publication = publish_service.propose(quote.summary, publish_service.Wish(Texts()), by="Press")
    db.session.commit()

    service.answer(request, _answer(request, REFUSED), by="Office")
    db.session.commit()

    with pytest.raises(Refusal, match="is not released"):
        publish_service.prepare_release(publication, by=None)


@pytest.mark.parametrize(
    ("rights", "status"),
    [({"clears_quotes": False}, 403), ({"is_deputy": True}, 404), ({"participant": 1}, 404)],
)
def test_only_the_speakers_office_with_the_right_answers(
    client: OwnClient, rights: dict[str, object], status: int
) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    contact = newsroom.office_of(quote)
    if "participant" in rights:
        others = contacts_of(quote.summary.meeting.conference_id)
        contact = next(found[0] for key, found in others.items() if key != service.speaker_id(quote))
    else:
        for name, value in rights.items():
            setattr(contact, name, value)
    db.session.commit()
    address = newsroom.page_of(contact)

    response = client.post(
        f"{address}/{request.id}", data={"answer": "released", "mark": words_mark(request.words)}
    )

    db.session.refresh(request)
    assert (response.status_code, request.state) == (status, ClearanceState.ASKED)


def test_the_office_sees_the_context_and_the_whole_statement_where_a_quote_is_shortened(
    client: OwnClient,
) -> None:
    quote = _quote()
    newsroom.say(quote, Texts({"en": "We go on!"}))
    newsroom.asked(quote)

    page = client.get(newsroom.page_of(newsroom.office_of(quote)) + "?lang=en").text

    assert "Round Table en · Welcome en" in page
    assert "The whole statement, as the minutes have it" in page
    assert "We go on." in page


def test_a_double_click_is_one_answer(client: OwnClient) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    address = f"{newsroom.page_of(newsroom.office_of(quote))}/{request.id}"
    data = {"answer": "released", "mark": words_mark(request.words)}

    first, second = client.post(address, data=data), client.post(address, data=data)

    assert (first.status_code, second.status_code) == (302, 409)
    assert _standing(quote) is QuoteStanding.RELEASED


@pytest.mark.parametrize(
    "data", [{}, {"answer": "maybe"}, {"answer": "changed"}, {"answer": "released", "mark": "x\x00"}]
)
def test_an_answer_that_says_nothing_is_refused_in_words(client: OwnClient, data: dict[str, str]) -> None:
    quote = _quote()
    request = newsroom.asked(quote)
    address = newsroom.page_of(newsroom.office_of(quote))
    mark = {"mark": words_mark(request.words)}

    response = client.post(f"{address}/{request.id}", data={**mark, **data})

    db.session.refresh(request)
    assert response.status_code in {409, 422}
    assert request.state is ClearanceState.ASKED


def test_asking_is_refused_where_nobody_may_answer_or_nothing_is_open(app: Flask) -> None:
    quote = _quote()
    with pytest.raises(Refusal, match="future"):
        service.ask(quote, answer_by=clock.now(), by="Press")
    newsroom.asked(quote)
    with pytest.raises(Refusal, match="asked for these words already"):
        newsroom.asked(quote)
    newsroom.released(quote)
    with pytest.raises(Refusal, match="released already"):
        newsroom.asked(quote)
    newsroom.say(quote, Texts({"en": "Other words."}))
    newsroom.office_of(quote).clears_quotes = False
    with pytest.raises(Refusal, match="No contact of this city"):
        newsroom.asked(quote)


def test_a_silent_office_is_reminded_once_by_itself_and_once_a_day_by_hand(app: Flask) -> None:
    quote = _quote()
    request = newsroom.asked(quote, days=6)
    begin = clock.now()
    sent = len(make.outbox())

    for hours in (0, 23, 71):
        newsroom.at(begin + timedelta(hours=hours))
        assert jobs.remind_about_quotes() == 0
    newsroom.at(begin + timedelta(days=4, hours=1))
    assert (jobs.remind_about_quotes(), jobs.remind_about_quotes()) == (1, 0)
    with pytest.raises(Refusal, match="less than a day ago"):
        service.remind(request)
    newsroom.at(begin + timedelta(days=5, hours=2))
    service.remind(request)
    db.session.commit()

    assert [one.kind for one in make.outbox()[sent:]] == ["quote-reminder", "quote-reminder"]


def test_the_press_desk_asks_and_notes_what_it_was_told(organizer: OwnClient) -> None:
    quote = _quote()
    base = f"/meetings/{quote.summary.meeting_id}/press/quotes/{quote.id}"

    missing = organizer.post(f"{base}/ask", data={})
    asked = organizer.post(f"{base}/ask", data={"answer_day": "2026-09-10"})
    again = organizer.post(f"{base}/ask", data={"answer_day": "2026-09-10"})
    told = organizer.post(f"{base}/told", data={"told": "Office, by telephone"})

    assert [one.status_code for one in (missing, asked, again, told)] == [422, 302, 409, 302]
    page = organizer.get(f"/meetings/{quote.summary.meeting_id}/press").text
    assert "Released by Office, by telephone" in page


# --- The rules, over all words ----------------------------------------------------------------------------

_WORDS = st.text(alphabet="aşß ", min_size=1, max_size=4)
_TEXTS = st.dictionaries(st.sampled_from(["de", "en", "tr"]), _WORDS, min_size=1).map(Texts)


class _Request:
    def __init__(self, state: ClearanceState, released: Texts) -> None:
        self.state, self.released = state, released


_REQUESTS = st.lists(
    st.builds(
        lambda state, texts: _Request(state, texts if state.releases else Texts()),
        st.sampled_from(ClearanceState),
        _TEXTS,
    ),
    max_size=5,
)


@given(_TEXTS, _REQUESTS)
def test_a_quote_is_released_only_in_words_that_its_newest_answer_released(
    texts: Texts, requests: list[_Request]
) -> None:
    answers = [one for one in requests if one.state.releases or one.state is REFUSED]
    is_free = clearing.standing(texts, requests) is QuoteStanding.RELEASED

    assert is_free == (
        bool(answers)
        and answers[-1].state.releases
        and all(answers[-1].released.get(language) == words for language, words in texts.items())
    )


@given(_TEXTS, _TEXTS, st.sampled_from(["de", "en", "tr"]))
def test_an_answer_releases_nothing_but_what_the_office_saw_or_wrote(
    asked: Texts, answer: Texts, original: str
) -> None:
    result = answered(asked, answer, original)

    for language, words in result.released.items():
        assert words in {asked.get(language), answer.get(language)}
        assert result.texts[language] == words
    if original in result.texts and result.texts[original] != asked.get(original):
        untouched = {
            code for code in result.texts if code != original and result.texts[code] == asked.get(code)
        }
        assert untouched.isdisjoint(result.released)
    open_ones = unreleased(result.texts, released_words([_Request(CHANGED, result.released)]))
    assert set(open_ones) == set(result.texts) - set(result.released)
