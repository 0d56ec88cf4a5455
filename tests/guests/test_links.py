import make
import pytest
from conftest import OwnClient
from hypothesis import given
from hypothesis import strategies as st

from roundtable import links
from roundtable.guests.queries import token_of

KEY = links.link_key("a secret")
OWNER = links.Owner(7, 3, 1)


def test_a_token_proves_its_owner_and_nobody_else() -> None:
    token = links.token(OWNER, KEY)

    assert len(token) == 40
    assert links.owner_id_in(token) == 7
    assert links.proves(token, OWNER, KEY)
    for other in (links.Owner(8, 3, 1), links.Owner(7, 4, 1), links.Owner(7, 3, 2)):
        assert not links.proves(token, other, KEY)
    assert not links.proves(token, OWNER, links.link_key("another secret"))


@pytest.mark.parametrize("hung_on", [".", ">", ").", ",", '"'])
def test_what_mail_programs_hang_onto_a_link_is_forgiven(hung_on: str) -> None:
    token = links.token(OWNER, KEY).upper() + hung_on

    assert links.owner_id_in(token) == 7
    assert links.proves(token, OWNER, KEY)


@given(st.text())
def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    links.owner_id_in(text)

    assert not links.proves(text, OWNER, KEY)


@given(st.integers(0, 39), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_changed_letter_proves_nothing(place: int, letter: str) -> None:
    token = links.token(OWNER, KEY)
    changed = token[:place] + letter + token[place + 1 :]

    assert links.proves(changed, OWNER, KEY) == (changed == token)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token[:20],
        lambda token: "a" + token[1:39] + "a",
        lambda token: token + "x",
        lambda token: "",
        lambda token: "%00",
        lambda token: "../../etc/passwd",
    ],
)
def test_wrong_and_mutilated_links_lead_to_one_friendly_page(client: OwnClient, spoil: object) -> None:
    one = make.invitation()
    token = token_of(make.contact_of(one))

    response = client.get(f"/g/{spoil(token)}")  # type: ignore[operator]  # a function from the list above

    assert response.status_code == 404
    assert "This link does not work" in response.text


def test_a_new_generation_ends_the_old_link(client: OwnClient) -> None:
    one = make.invitation()
    old = make.link(one)
    assert client.get(old).status_code == 200

    make.contact_of(one).link_generation += 1

    assert client.get(old).status_code == 404
    assert client.get(make.link(one)).status_code == 200


def test_a_link_opens_only_its_own_sessions(client: OwnClient) -> None:
    one = make.invitation()
    other = make.invitation(make.meeting(make.conference()))

    response = client.get(
        make.link(one).replace(f"/meetings/{one.meeting_id}", f"/meetings/{other.meeting_id}")
    )

    assert response.status_code == 404
