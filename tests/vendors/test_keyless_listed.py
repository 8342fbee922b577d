"""Keyless' permissions and offline keys as they are listed: what is read, and what must not pass for gone."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.latchkey.vendors.grants import Credential
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.keyless_offline import (
    END,
    KEY_ID,
    LOCK,
    OFFLINE_KEY,
    OTHER_LOCK,
    OTHER_USER,
    PERMISSION,
    PERMISSION_ID,
    PHONE,
    START,
    USER,
    account,
    order,
    page,
)

APP, OFFLINE = Credential.APP, Credential.OFFLINE_KEY
ISSUE = "POST offline-key"
VENDOR_ID = f"permission/{PERMISSION_ID}"


def test_listed() -> None:
    """A lock's permissions and offline keys are its grants: by whom, from when to when, and how long they live on."""
    listed = {
        "GET permission": page(PERMISSION, {**PERMISSION, "lockingDeviceId": "x"}),
        "GET offline-key": page({**OFFLINE_KEY, "lockingDeviceId": "x"}, OFFLINE_KEY),
    }
    keyless, _ = account(listed)
    permission, key = run(keyless.issued(LOCK))
    assert (permission.vendor_id, key.vendor_id) == (
        VENDOR_ID,
        f"offline-key/{KEY_ID}",
    )
    for row, credential in ((permission, APP), (key, OFFLINE)):
        assert row.credential is credential
        assert row.access.id == LOCK
        assert row.holder_id == USER
        assert (row.start, row.end) == (START, END)
        assert (row.name, row.code, row.grant_id) == ("", None, None)
        assert row.delivered is True and not row.leaving
    assert permission.lives_on == timedelta(days=8)
    assert key.lives_on is not None and key.lives_on >= END - START
    assert key.issued_at == FakeClock().now


def test_listed_operation() -> None:
    """A permission to maintain a lock is an access of its own, of the same lock."""
    listed = page({**PERMISSION, "operationType": "UPDATE_FIRMWARE"})
    keyless, _ = account({"GET permission": listed})
    (row,) = run(keyless.issued(LOCK))
    assert row.access.id == f"{LOCK}/UPDATE_FIRMWARE"
    assert row.access.scope == LOCK


def test_listed_without_a_phone() -> None:
    """A permission waits until its user has a phone; a key for a phone that is gone is nobody's."""
    keyless, _ = account(
        {
            "GET permission": page(PERMISSION),
            "GET offline-key": page(OFFLINE_KEY),
            "GET operating-device": page({"id": "another", "userId": OTHER_USER}),
        }
    )
    permission, key = run(keyless.issued(LOCK))
    assert permission.delivered is False
    assert (key.delivered, key.holder_id) == (True, None)


NO_IDS: list[Any] = [None, "", 7, "a/b", [], {}]
BROKEN: list[Any] = [
    *(None, [], "x", 7, {}),
    *(
        {**PERMISSION, key: value}
        for key in ("id", "userId", "lockingDeviceId")
        for value in NO_IDS
        # A lock's id that is a text is that of some other lock.
        if (key, value) != ("lockingDeviceId", "a/b")
    ),
    {key: value for key, value in PERMISSION.items() if key != "lockingDeviceId"},
    {key: value for key, value in PERMISSION.items() if key != "userId"},
]


@pytest.mark.parametrize("row", BROKEN)
@pytest.mark.parametrize("path", ["permission", "offline-key"])
def test_row_that_cannot_be_read(path: str, row: Any) -> None:
    """A row that may be of this lock and cannot be read makes the list unreadable: it must not pass for gone."""
    keyless, _ = account({f"GET {path}": page(row)})
    with pytest.raises(AnswerNotUnderstood):
        run(keyless.issued(LOCK))


def test_row_of_another_lock_that_cannot_be_read() -> None:
    """What is certainly of another lock is no hindrance."""
    broken = {"lockingDeviceId": OTHER_LOCK}
    keyless, _ = account({"GET permission": page(broken, PERMISSION)})
    assert len(run(keyless.issued(LOCK))) == 1
    with pytest.raises(AnswerNotUnderstood):
        run(keyless.issued(OTHER_LOCK))


def test_row_in_another_case() -> None:
    """A row whose members are spelt in another case is of the lock that it names."""
    row = {key.upper(): value for key, value in PERMISSION.items()}
    keyless, _ = account({"GET permission": page(row)})
    assert len(run(keyless.issued(LOCK))) == 1
    assert run(keyless.issued(OTHER_LOCK)) == []


@pytest.mark.parametrize(
    "device", [None, {}, {"id": PHONE}, {"id": PHONE, "userId": None}]
)
def test_phone_that_cannot_be_read(device: Any) -> None:
    """A phone that cannot be read may be anybody's: nobody is told to have none."""
    keyless, transport = account({"GET operating-device": page(device)})
    with pytest.raises(AnswerNotUnderstood):
        run(keyless.issued(LOCK))
    with pytest.raises(AnswerNotUnderstood):
        run(keyless.issue(order(OFFLINE)))
    assert transport.count(ISSUE) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"start": "08:00", "end": "12:00"},
        {"end": 7},
        {"end": "9999-12-31T23:59:59Z"},
        {"start": "0001-01-01T00:00:00Z"},
    ],
)
def test_times_of_another_form(change: dict[str, Any]) -> None:
    """A permission whose times are of a form that is not known is there, and its times are not told."""
    keyless, _ = account({"GET permission": page({**PERMISSION, **change})})
    (row,) = run(keyless.issued(LOCK))
    assert (row.start, row.end, row.limits_told) == (None, None, False)
    assert not keyless.is_as_ordered(row, order())


@pytest.mark.parametrize(
    ("spelt", "days"),
    [
        *(("P1D", 1), ("P31D", 31), ("PT24H", 1), ("P1W", 7), ("p2d", 2)),
        *(("", 8), (None, 8)),
        # What cannot be read is taken for the longest that there is.
        *(
            ("P1M", 31),
            ("P", 31),
            ("PT", 31),
            ("-P1D", 31),
            ("x", 31),
            ("P999999D", 31),
        ),
        *(("P0D", 31), (8, 31)),
    ],
)
def test_how_long_a_key_lives_on(spelt: Any, days: int) -> None:
    """A key lives on for as long as its permission says."""
    row = {**PERMISSION, "operatingKeyValidityDuration": spelt}
    keyless, _ = account({"GET permission": page(row)})
    assert run(keyless.issued(LOCK))[0].lives_on == timedelta(days=days)


def test_how_long_an_ordered_key_lives_on() -> None:
    """A key lives on for eight days unless another validity is ordered, an offline key to its end."""
    keyless, _ = account()
    assert keyless.lives_on(APP, {}) == timedelta(days=8)
    assert keyless.lives_on(APP, {"key_validity_days": "2"}) == timedelta(days=2)
    lives_on = keyless.lives_on(OFFLINE, {})
    assert lives_on is not None and lives_on >= timedelta(days=31)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"operatingKeyValidityDuration": "P2D"}, True),
        ({"start": "2025-11-22T13:00:00+01:00"}, True),
        ({"start": "2025-11-22T12:00:00.000Z"}, True),
        ({"start": "2025-11-22T12:00:01Z"}, False),
        ({"end": "2025-11-23T08:00:01Z"}, False),
        ({"end": None}, False),
        ({"userId": OTHER_USER}, False),
        ({"operationType": "UPDATE_TIME"}, False),
    ],
)
def test_same_as_ordered(change: dict[str, Any], same: bool) -> None:
    """A row is what was ordered where user, lock, operation and interval are."""
    keyless, _ = account({"GET permission": page({**PERMISSION, **change})})
    (row,) = run(keyless.issued(LOCK))
    assert keyless.is_as_ordered(row, order()) is same
    assert not keyless.is_as_ordered(row, order(OFFLINE))


def test_same_validity_as_ordered() -> None:
    """The validity of its keys counts where it was ordered."""
    keyless, _ = account({"GET permission": page(PERMISSION)})
    (row,) = run(keyless.issued(LOCK))
    assert keyless.is_as_ordered(row, order(key_validity_days="8"))
    assert not keyless.is_as_ordered(row, order(key_validity_days="9"))
