"""What deserves an alarm, and when it is over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from roundtable.watch.alarms import AlarmKind, Facts, Sign, alarms

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
WELL = Facts(
    now=NOW,
    clockwork=Sign(NOW - timedelta(minutes=1)),
    inbox=Sign(NOW - timedelta(minutes=1)),
    expects_backup=True,
    last_backup=NOW - timedelta(days=1),
    free_bytes=20 * 1024**3,
    signer_until=NOW + timedelta(days=300),
    site=Sign(NOW - timedelta(hours=3), until=NOW + timedelta(days=60)),
)


def test_a_program_in_good_order_raises_no_alarm() -> None:
    assert alarms(WELL) == []


def test_where_there_is_nothing_to_look_after_nothing_is_missed() -> None:
    assert alarms(Facts(now=NOW)) == []


@pytest.mark.parametrize(
    ("kind", "bad", "just_good"),
    [
        (
            AlarmKind.LETTERS_LATE,
            {"waiting_since": NOW - timedelta(minutes=10, seconds=1)},
            {"waiting_since": NOW - timedelta(minutes=10)},
        ),
        (AlarmKind.LETTERS_FAILED, {"failed_letters": 1}, {"failed_letters": 0}),
        (
            AlarmKind.STANDSTILL,
            {"clockwork": Sign(NOW - timedelta(minutes=6))},
            {"clockwork": Sign(NOW - timedelta(minutes=5))},
        ),
        (
            AlarmKind.INBOX_SILENT,
            {"inbox": Sign(NOW - timedelta(minutes=31), "timed out")},
            {"inbox": Sign(NOW - timedelta(minutes=30), "timed out")},
        ),
        (AlarmKind.INBOX_SILENT, {"inbox": Sign(None, "wrong password")}, {"inbox": Sign()}),
        (AlarmKind.MAILS_SET_ASIDE, {"mails_set_aside": 2}, {"mails_set_aside": 0}),
        (
            AlarmKind.BACKUP_OLD,
            {"last_backup": NOW - timedelta(days=7, seconds=1)},
            {"last_backup": NOW - timedelta(days=7)},
        ),
        (AlarmKind.BACKUP_OLD, {"last_backup": None}, {"last_backup": None, "expects_backup": False}),
        (AlarmKind.DISK_FULL, {"free_bytes": 1024**3 - 1}, {"free_bytes": 1024**3}),
        (
            AlarmKind.SIGNER_ENDS,
            {"signer_until": NOW + timedelta(days=20)},
            {"signer_until": NOW + timedelta(days=21)},
        ),
        (
            AlarmKind.SITE_CERTIFICATE,
            {"site": Sign(NOW, until=NOW + timedelta(days=20))},
            {"site": Sign(NOW, until=NOW + timedelta(days=21))},
        ),
        (AlarmKind.SITE_CERTIFICATE, {"site": Sign(NOW, "self-signed certificate")}, {"site": Sign(NOW)}),
        (AlarmKind.HELD, {"is_held": True}, {"is_held": False}),
    ],
)
def test_each_alarm_begins_past_its_bound_and_not_before(
    kind: AlarmKind, bad: dict[str, object], just_good: dict[str, object]
) -> None:
    assert [alarm.kind for alarm in alarms(replace(WELL, **bad))] == [kind]  # type: ignore[arg-type]
    assert alarms(replace(WELL, **just_good)) == []  # type: ignore[arg-type]


def test_while_everything_is_held_on_purpose_standing_still_is_no_alarm() -> None:
    held = replace(
        WELL,
        is_held=True,
        clockwork=Sign(NOW - timedelta(days=1)),
        waiting_since=NOW - timedelta(days=1),
        free_bytes=1,
    )

    assert [alarm.kind for alarm in alarms(held)] == [AlarmKind.HELD, AlarmKind.DISK_FULL]


def test_an_alarm_says_how_long_and_why() -> None:
    (late,) = alarms(replace(WELL, waiting_since=NOW - timedelta(minutes=25), waiting_reason="451 try later"))
    (ends,) = alarms(replace(WELL, signer_until=NOW + timedelta(days=2)))

    assert "for 25 minutes" in str(late)
    assert "451 try later" in str(late)
    assert ends.values == {"day": date(2026, 10, 3)}


@pytest.mark.parametrize("clockwork", [Sign(), Sign(NOW - timedelta(hours=1))])
def test_a_standstill_names_what_has_to_be_started(clockwork: Sign) -> None:
    (alone,) = alarms(Facts(NOW, clockwork=clockwork))
    (by_workers,) = alarms(Facts(NOW, clockwork=clockwork, has_workers=True))

    assert "roundtable worker" not in str(alone)
    assert "“roundtable beat” and “roundtable worker”" in str(by_workers)
