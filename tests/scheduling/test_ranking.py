"""The ranking of the proposed hours, as properties that hold for every poll."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from roundtable.scheduling.choices import Choice
from roundtable.scheduling.ranking import Candidate, CountryCount, Voter, ranked

START = datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
CANDIDATES = [Candidate(number, START + timedelta(days=number)) for number in range(4)]


@st.composite
def polls(draw: st.DrawFn) -> tuple[list[Voter], dict[tuple[int, int], Choice]]:
    count = draw(st.integers(1, 6))
    voters = [
        Voter(number, draw(st.sampled_from(["DE", "TR"])), draw(st.booleans())) for number in range(count)
    ]
    said = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(range(4)), st.sampled_from(range(count))), st.sampled_from(Choice)
        )
    )
    return voters, said


def _order(voters: list[Voter], said: dict[tuple[int, int], Choice]) -> list[int]:
    return [one.candidate.id for one in ranked(CANDIDATES, voters, said)]


@given(polls())
def test_no_hour_with_a_required_no_stands_above_one_without(
    poll: tuple[list[Voter], dict[tuple[int, int], Choice]],
) -> None:
    found = [one.required_no for one in ranked(CANDIDATES, *poll)]

    assert found == sorted(found)


@given(polls(), st.sampled_from(range(4)), st.integers(0, 5))
def test_another_yes_never_lowers_an_hour(
    poll: tuple[list[Voter], dict[tuple[int, int], Choice]], candidate: int, who: int
) -> None:
    voters, said = poll
    voter = voters[who % len(voters)]

    more = {**said, (candidate, voter.id): Choice.YES}

    assert _order(voters, more).index(candidate) <= _order(voters, said).index(candidate)


@given(polls(), st.randoms(use_true_random=False))
def test_the_order_does_not_hang_on_the_order_in_which_they_were_proposed(
    poll: tuple[list[Voter], dict[tuple[int, int], Choice]], random: object
) -> None:
    voters, said = poll
    mixed = list(CANDIDATES)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis' own random

    assert [one.candidate.id for one in ranked(mixed, voters, said)] == _order(voters, said)


@given(polls())
def test_every_voter_is_counted_once_for_every_hour_and_country(
    poll: tuple[list[Voter], dict[tuple[int, int], Choice]],
) -> None:
    voters, said = poll

    for one in ranked(CANDIDATES, voters, said):
        assert one.yes + one.if_need_be + one.no + one.silent == len(voters)
        assert sum(count.yes for count in one.by_country.values()) == one.yes
        assert sum(count.silent for count in one.by_country.values()) == one.silent


def test_required_ones_come_first_then_yes_then_if_need_be_then_the_earlier() -> None:
    voters = [Voter(0, "TR", is_required=True), Voter(1, "DE"), Voter(2, "DE")]
    said = {
        # Most yes, but the chair cannot.
        (0, 0): Choice.NO, (0, 1): Choice.YES, (0, 2): Choice.YES,
        # The chair can, the others cannot.
        (1, 0): Choice.YES, (1, 1): Choice.NO, (1, 2): Choice.NO,
        # The chair can if need be, the others can.
        (2, 0): Choice.IF_NEED_BE, (2, 1): Choice.YES, (2, 2): Choice.YES,
    }  # fmt: skip

    found = ranked(CANDIDATES, voters, said)

    assert [one.candidate.id for one in found] == [1, 2, 3, 0]
    assert found[1].by_country == {"TR": CountryCount(0, 1, 0, 0), "DE": CountryCount(2, 0, 0, 0)}


def test_equal_hours_share_a_place() -> None:
    found = ranked(CANDIDATES[:3], [Voter(0, "TR")], {(0, 0): Choice.YES, (1, 0): Choice.YES})

    assert [one.place for one in found] == [1, 1, 3]
