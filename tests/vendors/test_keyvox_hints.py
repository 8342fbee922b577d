"""KEYVOX's webhooks: what each form gives reason to read again, and what is no call (2.5)."""

from datetime import timedelta
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.hints import Hint, Part, TakesHints
from custom_components.latchkey.vendors.keyvox.adapter import Keyvox
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from simulators.keyvox import KeyVoxCloud
from simulators.keyvox.history import BY_API, Entry, Means, Visit
from simulators.keyvox.notices import as_json, as_text
from tests.vendors.keyvox_lockers import (
    ELSEWHERE,
    LOCK,
    LOCKER,
    NOW,
    ORGANISATION,
    OTHER_LOCK,
    PLACE,
    UNIT,
    account,
    success,
)
from tests.vendors.test_flexykey_hostile import HOSTILE, MARK, silent

GENERAL = ((Part.INVENTORY, ""),)
LOG = ((Part.LOG, LOCK),)
BOXES = ((Part.BOXES, LOCKER),)
BOOKINGS = ((Part.BOOKINGS, PLACE),)
PIN = "493817"

ACCOUNT, _ = account()


def hints(told: Any, keyvox: Keyvox = ACCOUNT) -> list[Hint]:
    """Return what a call with this content hints at."""
    return list(keyvox.hints(json.dumps(told).encode()))


def parts(told: Any, keyvox: Keyvox = ACCOUNT) -> Any:
    """Return what a call has read again."""
    (hint,) = hints(told, keyvox)
    return hint.parts


def refused(body: bytes) -> None:
    """Assert that a call is not understood, and that the error holds nothing of it."""
    with pytest.raises(AnswerNotUnderstood) as failure:
        ACCOUNT.hints(body)
    silent(failure.value)


def entry(name: str, device_id: str = LOCK, user: str = "Anna") -> Entry:
    """Return an entry of the unlock history, as the simulated cloud keeps it."""
    visit = Visit(Means.PIN, user, PIN)
    return Entry(1, device_id, name, "unlock", NOW, visit)


def booking(**data: Any) -> dict[str, Any]:
    """Return a reservation's call with what it may hold of a guest."""
    return {
        "event": "booking.checked_in",
        "eventTime": 1795262400,
        "data": {
            "orgId": ORGANISATION,
            "placeId": PLACE,
            "unitId": UNIT,
            "reservationCode": "A1B2C3D4E",
            "orderContact": f"{MARK} Anna",
            "accessInfo": [{"deviceId": LOCK, "pinCode": PIN, "qrCodeUrl": MARK}],
            **data,
        },
    }


def test_capability() -> None:
    """An account takes hints."""
    assert isinstance(ACCOUNT, TakesHints)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Front: door", LOG),
        ("FRONT: DOOR", LOG),
        ("玄関", ((Part.LOG, OTHER_LOCK),)),
        ("Lobby", BOXES),
        ("Somewhere else", GENERAL),
        ("", GENERAL),
    ],
)
def test_text(name: str, expected: Any) -> None:
    """A text's last line names the device; where nothing has that name, something else is there than was known."""
    assert parts(as_text(entry(name))) == expected


def test_text_of_other_shapes() -> None:
    """Lines may be fewer, their labels others, their colons wide, and the device anywhere; the last name counts."""
    assert parts({"text": "*デバイス*：玄関"}) == ((Part.LOG, OTHER_LOCK),)
    assert parts({"text": "Lobby"}) == BOXES
    assert parts({"text": "User: 玄関\nDevice: Lobby\nNote: x\n\n"}) == BOXES
    # Who bears a lock's name is taken for the lock where nothing else is.
    assert parts({"text": "User: Lobby\nDevice: gone"}) == BOXES
    assert parts({"text": "\n" * 60_000 + "Device: Lobby"}) == BOXES
    assert parts({"text": "Device: Lobby" + "\n" * 60_000}) == BOXES
    assert parts({"text": "Device: Lobby\n" + "Other: x\n" * 100}) == GENERAL
    texts: tuple[Any, ...] = (7, None, [], {}, "", "x" * 60_000)
    for text in texts:
        assert parts({"text": text}) == GENERAL


def test_several_of_one_name() -> None:
    """Where a few have a name each is looked at, where many have it none, but what there is."""
    for count in (2, 4, 5):
        locks = [{"lockId": f"lock-{n}", "lockName": "Door"} for n in range(count)]
        keyvox, _ = account(getLocks=success({"list": locks}))
        found = parts(as_text(entry("Door")), keyvox)
        expected = tuple((Part.LOG, f"lock-{n}") for n in range(count))
        assert found == (expected if count <= 4 else GENERAL)


@pytest.mark.parametrize("form", ["history", "event"])
@pytest.mark.parametrize(
    ("device_id", "expected"),
    [(LOCK, LOG), (LOCKER, BOXES), ("new", ((Part.LOG, "new"),))],
)
def test_json(form: Any, device_id: str, expected: Any) -> None:
    """Either form that the simulated cloud has leads to the device; one that is not known is told as it is."""
    assert parts(as_json(entry("?", device_id), form)) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"LOCKID": LOCK}, LOG),
        ({"lockId": f" {LOCK} "}, LOG),
        ({"data": {"lockId": LOCK, "userName": "API"}}, LOG),
        ({"data": {"deviceName": "Lobby"}}, BOXES),
        ({"deviceName": "Front: door", "etype": 1}, LOG),
        ({"lockId": LOCK, "data": {"lockId": OTHER_LOCK}}, LOG),
        ({"lockId": "x" * 65}, GENERAL),
        ({"lockId": [LOCK]}, GENERAL),
        ({"lockId": True}, GENERAL),
        ({"lockId": None, "deviceId": LOCKER}, BOXES),
        ({"data": [{"lockId": LOCK}]}, GENERAL),
        ({"event": "lock.unlock"}, GENERAL),
        ({"event": "something.new", "data": {"placeId": PLACE}}, GENERAL),
        ({}, GENERAL),
        ({"lockId": LOCK, "orgId": ORGANISATION.upper()}, LOG),
    ],
)
def test_other_shapes(told: Any, expected: Any) -> None:
    """Members are found by their known names, here or one level below; what is not recognised says only that something happened."""
    assert parts(told) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, BOOKINGS),
        ({"placeId": None}, BOOKINGS),
        ({"placeId": "", "unitId": "new"}, GENERAL),
        ({"placeId": "new"}, GENERAL),
        ({"orgId": None}, BOOKINGS),
        ({"orgId": None, "placeId": None}, BOOKINGS),
        ({"orgId": None, "placeId": "new", "unitId": "new"}, None),
        ({"orgId": ELSEWHERE}, None),
        ({"orgId": ELSEWHERE, "placeId": "new"}, None),
    ],
)
def test_bookings(data: Any, expected: Any) -> None:
    """A reservation leads to its place's bookings; one of another organisation's, nowhere."""
    found = hints(booking(**data))
    assert [hint.parts for hint in found] == ([] if expected is None else [expected])


def test_booking_by_its_code() -> None:
    """What has a reservation's code is one, whatever its event is called."""
    assert parts({"reservationCode": "A1B2C3D4E", "placeId": PLACE}) == BOOKINGS
    told = booking()
    told["event"] = "BOOKING.cancelled"
    del told["data"]["reservationCode"]
    assert parts(told) == BOOKINGS


def test_foreign() -> None:
    """What another organisation's lock does is nothing to us, where it is known whose the places are."""
    assert hints({"orgId": ELSEWHERE, "lockId": LOCK}) == []
    assert hints({"data": {"orgId": ELSEWHERE}}) == []
    keyvox, sent = account()
    assert sent.sent == []
    assert hints({"orgId": ELSEWHERE}, keyvox) == []


def test_repetition() -> None:
    """A call that is repeated is known by what it says, in whichever order; another one is another."""
    told = booking()
    turned = {name: told[name] for name in reversed(told)}
    (first,), (second,) = hints(told), hints(turned)
    assert first == second
    (blank,) = ACCOUNT.hints(json.dumps(told, indent=4).encode())
    assert blank == first
    (later,) = hints({**told, "eventTime": 1795262401})
    assert later.event_id != first.event_id
    text = as_text(entry("Lobby"))
    assert hints(text) == hints(text)
    assert hints(text) != hints(as_text(entry("Lobby", user="Bo")))


@pytest.mark.parametrize(
    "told", [{"text": "Device: Lobby"}, {"lockId": LOCK}, {"event": "lock.unlock"}, {}]
)
def test_without_time(told: Any) -> None:
    """What does not say when it happened is new each time: nothing tells it from a repetition."""
    (first,), (second,) = hints(told), hints(told)
    assert first.event_id != second.event_id
    assert first.parts == second.parts


def test_nothing_is_kept() -> None:
    """A hint holds neither PINs nor names, and no part of what was said."""
    for told in (booking(), as_text(entry("Lobby", user=MARK)), {"text": MARK}):
        (hint,) = hints(told)
        for secret in (PIN, MARK, "Anna", "A1B2C3D4E"):
            assert secret not in repr(hint)
            assert secret not in repr(vars(ACCOUNT))


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b"\xff\xfe", b"<html>", b"null", b"3", b'"on"', b"NaN"),
        *(b"[]", b'[{"lockId": "a"}]', b"[" * 60_000, b'{"a":' * 20_000),
        b'{"a":' * 300 + b"1" + b"}" * 300,
        f'{{"text": "{MARK}"'.encode(),
    ],
)
def test_no_call(body: bytes) -> None:
    """What is no object is refused."""
    refused(body)


def test_calls_of_the_cloud() -> None:
    """Whatever the simulated cloud calls with is understood."""
    cloud = KeyVoxCloud(clock=lambda: NOW)
    lock = cloud.add_lock("Front: door")
    told = [
        Entry(1, lock.id, lock.name, action, NOW + timedelta(seconds=1), visit)
        for action in ("unlock", "lock", "link")
        for visit in (BY_API, *(Visit(means, "Anna", PIN) for means in Means))
    ]
    for each in told:
        assert parts(as_text(each)) == LOG
        for form in ("history", "event"):
            found = parts(as_json(each, form))
            assert found == ((Part.LOG, lock.id),)


NAMES = st.sampled_from(
    [
        *("lockId", "deviceId", "deviceName", "event", "eventTime", "etime", "data"),
        *("orgId", "placeId", "unitId", "reservationCode", "text", "userName"),
    ]
)
VALUES = HOSTILE | st.sampled_from(
    [LOCK, LOCKER, PLACE, UNIT, ORGANISATION, "Lobby", "booking.x", "Device: Lobby"]
)
KNOWN = {LOCK, OTHER_LOCK, LOCKER, PLACE, ""}


@given(
    st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=5))
    | HOSTILE
)
def test_hostile_objects(told: Any) -> None:
    """Whatever is said leads to few readings, of what is known or of an id that was told, or to nothing."""
    raw = json.dumps(told).encode()
    try:
        found = ACCOUNT.hints(raw)
    except AnswerNotUnderstood as err:
        silent(err)
        assert not isinstance(told, dict)
        return
    assert isinstance(told, dict)
    assert len(found) <= 1
    for hint in found:
        assert 1 <= len(hint.parts) <= 4
        assert len(hint.event_id) <= 96
        assert MARK not in hint.event_id
        for part, subject in hint.parts:
            assert subject in KNOWN or (part is Part.LOG and len(subject) <= 64)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_hostile_bytes(body: bytes) -> None:
    """Bytes that are no object are refused."""
    try:
        assert ACCOUNT.hints(body)
    except AnswerNotUnderstood as err:
        silent(err)
