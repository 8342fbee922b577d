"""Keyless' grants: what is refused before anything is sent, what is meant, and how values are written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from custom_components.latchkey.vendors.grants import Credential
from custom_components.latchkey.vendors.keyless.values import duration
from custom_components.latchkey.vendors.model import DeviceKind
from custom_components.latchkey.vendors.vendor import InvalidField
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.keyless_offline import (
    END,
    LOCK,
    OTHER_LOCK,
    PERMISSION_ID,
    START,
    USER,
    access,
    account,
    bodies,
    lock,
    order,
)

APP, OFFLINE = Credential.APP, Credential.OFFLINE_KEY
GRANT = "POST permission"
NOW = FakeClock().now


@pytest.mark.parametrize(
    ("credential", "start", "end", "fields", "refused"),
    [
        (APP, None, None, {}, ("end_datetime", "end_required")),
        (OFFLINE, None, None, {"user_id": USER}, ("end_datetime", "end_required")),
        *(
            (
                APP,
                START,
                END,
                {"key_validity_days": days},
                ("key_validity_days", "key_validity_range"),
            )
            for days in ("0", "32", "99")
        ),
        (OFFLINE, START, END, {}, ("user_id", "empty")),
        (
            OFFLINE,
            NOW + timedelta(days=30, seconds=1),
            NOW + timedelta(days=30, seconds=2),
            {"user_id": USER},
            ("start_datetime", "too_far_ahead"),
        ),
        (
            OFFLINE,
            START,
            START + timedelta(hours=24, seconds=1),
            {"user_id": USER},
            ("end_datetime", "longer_than_a_day"),
        ),
        (
            OFFLINE,
            None,
            NOW + timedelta(hours=24, seconds=1),
            {"user_id": USER},
            ("end_datetime", "longer_than_a_day"),
        ),
        *(
            (OFFLINE, START, END, {"user_id": USER, **fields}, refused)
            for fields, refused in (
                ({"phone": "+467012345"}, ("phone", "not_with_this_delivery")),
                ({"delivery": "sms"}, ("phone", "empty")),
                ({"delivery": "sms_with_link"}, ("phone", "empty")),
                (
                    {"app_link_base_url": "https://a.example"},
                    ("app_link_base_url", "not_with_this_delivery"),
                ),
                *(
                    (
                        {
                            "delivery": "sms_with_link",
                            "phone": "+467012345",
                            "app_link_base_url": url,
                        },
                        ("app_link_base_url", "app_link_not_allowed"),
                    )
                    for url in (
                        "https://" + "a" * 32 + ".io",
                        "https://me@a.example",
                        "https://a.example?x=y",
                        "https://a.example#x",
                        "https://[::1",
                        "https://:80",
                    )
                ),
            )
        ),
    ],
)
def test_limits(
    credential: Credential,
    start: datetime | None,
    end: datetime | None,
    fields: dict[str, str],
    refused: tuple[str, str],
) -> None:
    """What the platform does not grant is refused with its field."""
    keyless, _ = account()
    with pytest.raises(InvalidField) as failure:
        keyless.limits(credential, start, end, fields)
    assert (failure.value.field, failure.value.reason) == refused


@pytest.mark.parametrize(
    ("credential", "start", "end", "fields"),
    [
        (APP, START, END, {"key_validity_days": "31"}),
        (APP, START, START + timedelta(days=4000), {"key_validity_days": "1"}),
        (OFFLINE, START, START + timedelta(hours=24), {"user_id": USER}),
        (
            OFFLINE,
            NOW + timedelta(days=30),
            NOW + timedelta(days=31),
            {
                "user_id": USER,
                "delivery": "sms_with_link",
                "phone": "+467012345",
                "app_link_base_url": "https://" + "a" * 30 + ".com",
            },
        ),
    ],
)
def test_within_the_limits(
    credential: Credential, start: datetime, end: datetime, fields: dict[str, str]
) -> None:
    """What just suffices is taken as it is."""
    keyless, _ = account()
    assert keyless.limits(credential, start, end, fields) == (start, end)


def test_begins_now() -> None:
    """What has no start begins now, in whole seconds."""
    clock = FakeClock()
    clock.move(0.75)
    keyless, _ = account(clock=clock)
    assert keyless.limits(APP, None, END, {}) == (NOW, END)


# What is meant


def test_access() -> None:
    """A lock is meant by its id, serial number or name, for the operation that is named."""
    keyless, _ = account()
    devices = {LOCK: lock(serial="BPLAD123456"), OTHER_LOCK: lock(OTHER_LOCK, name="B")}
    for text in (LOCK, "BPLAD123456", "backyard gate"):
        assert keyless.access_named(text, devices, {}) == access()
    named = keyless.access_named(LOCK, devices, {"operation": "update_time"})
    assert named.id == access("UPDATE_TIME").id
    assert named.name == "Backyard Gate, update time"


def test_access_that_is_none() -> None:
    """What names no lock, or several, or a gateway, is refused."""
    keyless, _ = account()
    gateway = replace(lock("gateway", name="Gateway"), kind=DeviceKind.GATEWAY)
    devices = {each.id: each for each in (lock(), lock(OTHER_LOCK), gateway)}
    for text, reason in (
        ("Backyard Gate", "ambiguous_access"),
        ("Gateway", "unknown_access"),
        ("", "unknown_access"),
    ):
        with pytest.raises(InvalidField) as failure:
            keyless.access_named(text, devices, {})
        assert failure.value.reason == reason
    with pytest.raises(InvalidField) as failure:
        keyless.access_of(gateway, devices, {})
    assert (failure.value.field, failure.value.reason) == ("device_id", "not_a_lock")
    with pytest.raises(InvalidField) as failure:
        keyless.access_of(lock(), devices, {"operation": "blow_up"})
    assert (failure.value.field, failure.value.reason) == ("operation", "not_allowed")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P8D", timedelta(days=8)),
        ("PT24H", timedelta(days=1)),
        ("P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        (" p2w ", timedelta(days=14)),
        ("P3650D", timedelta(days=3650)),
        *(
            (text, None)
            for text in (
                *("", "P", "PT", "P1M", "P1Y", "8D", "P8", "P-1D", "+P1D", "P٣D"),
                *("P3651D", "PT999999999S" * 2, "P99999W", "P1D\x00"),
            )
        ),
    ],
)
def test_durations(text: str, length: timedelta | None) -> None:
    """A duration in ISO 8601 is read; months, years, and what is none are not."""
    assert duration(text) == length


def test_whole_seconds() -> None:
    """Times are sent in UTC and whole seconds."""
    keyless, transport = account({GRANT: {"id": PERMISSION_ID}})
    end = datetime(2026, 3, 29, 3, 30, 15, 999_999, timezone(timedelta(hours=2)))
    run(keyless.issue(order(end=end)))
    assert bodies(transport, GRANT)[0]["end"] == "2026-03-29T01:30:15Z"
    assert end.astimezone(UTC).second == 15
