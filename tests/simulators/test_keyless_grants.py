"""Permissions and offline keys of the simulated Keyless platform."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.keyless import Json, Site

UNKNOWN = "e9e9f7f2-dec4-4320-b9db-0be6f9a51caa"


def permission(site: Site, **changes: Any) -> Json:
    """Return the body of a permission for an hour from now, with changes; what is nothing is left out."""
    body = {
        "permissionType": "SINGLE_INTERVAL",
        "userId": site.cloud.admin.id,
        "lockingDeviceId": next(iter(site.cloud.locks)),
        "operationType": "OPEN",
        "operatingKeyValidityDuration": "P8D",
        "start": site.iso(),
        "end": site.iso(3600),
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def offline_key(site: Site, **changes: Any) -> Json:
    """Return the body of an offline key for an hour from now, with changes."""
    return {
        "operatingDeviceId": next(iter(site.cloud.people.devices)),
        "lockingDeviceId": next(iter(site.cloud.locks)),
        "startDatetime": site.iso(),
        "endDatetime": site.iso(3600),
        "deliveryMechanism": "NONE",
        **changes,
    }


async def test_permission_life(site: Site) -> None:
    """A permission is granted, told, replaced as a whole, and revoked."""
    site.cloud.add_locking_device("A")
    body = permission(site)
    created = await site.create(
        "permission", permission(site, operatingKeyValidityDuration=None)
    )
    assert list(created) == ["id"]
    path = f"permission/{created['id']}"
    assert await site.get(path) == created | body
    changed = permission(
        site,
        operationType="UPDATE_TIME",
        operatingKeyValidityDuration="P31D",
        end="2026-01-01T01:00:00+01:00",
    )
    assert await site.status("PUT", path, changed) == 204
    changed["end"] = "2026-01-01T00:00:00Z"
    assert await site.items("permission") == [created | changed]
    assert await site.status("PUT", path, {"start": site.iso()}) == 400
    assert await site.status("DELETE", path) == 204
    assert await site.status("DELETE", path) == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"userId": UNKNOWN}, 404),
        ({"lockingDeviceId": UNKNOWN}, 404),
        ({"lockingDeviceId": "x"}, 400),
        ({"operationType": "LOCK"}, 400),
        ({"permissionType": "ALWAYS"}, 400),
        ({"permissionType": None}, 400),
        ({"operatingKeyValidityDuration": "PT24H"}, 201),
        ({"operatingKeyValidityDuration": "PT23H59M59S"}, 400),
        ({"operatingKeyValidityDuration": "P31DT1S"}, 400),
        ({"operatingKeyValidityDuration": 8}, 400),
        ({"start": None}, 400),
        ({"start": "2025-11-21T08:00:00"}, 400),
        ({"end": "soon"}, 400),
        ({"end": "2025-11-21T08:14:50Z"}, 400),
        ({"intervals": ["08:00-12:00"]}, 400),
        ({"permissionType": "MULTIPLE_INTERVALS"}, 400),
        ({"permissionType": "MULTIPLE_INTERVALS", "intervals": ["8-12"]}, 400),
        ({"permissionType": "MULTIPLE_INTERVALS", "intervals": ["08:00-12:00"]}, 201),
        ({"permissionType": "RECURRING", "intervals": ["08:00-12:00"]}, 400),
        (
            {
                "permissionType": "RECURRING",
                "intervals": ["08:00-12:00"],
                "weekdays": ["MONDAY"],
            },
            201,
        ),
    ],
)
async def test_permission_rules(
    site: Site, changes: dict[str, Any], status: int
) -> None:
    """What is no permission is refused."""
    site.cloud.add_locking_device("A")
    body = permission(site, **changes)
    reply = await site.call("POST", "permission", body)
    assert reply.status == status
    assert [own["id"] for own in await site.items("permission")] == (
        [reply.json["id"]] if status == 201 else []
    )


async def test_past_permissions_go(site: Site) -> None:
    """A permission is kept for fourteen days after its end."""
    site.cloud.add_locking_device("A")
    await site.create("permission", permission(site))
    await site.later(timedelta(days=14, hours=1).total_seconds() - 1)
    assert len(await site.items("permission")) == 1
    site.clock.move(1)
    assert await site.items("permission") == []


@pytest.mark.parametrize(
    ("changes", "granted"),
    [
        ({}, [True, True, False]),
        ({"operationType": "UPDATE_FIRMWARE"}, [False] * 3),
        (
            {"permissionType": "MULTIPLE_INTERVALS", "intervals": ["08:15-08:16"]},
            [False, True, False],
        ),
        (
            {
                "permissionType": "RECURRING",
                "intervals": ["08:00-10:00"],
                "weekdays": ["SATURDAY"],
            },
            [False] * 3,
        ),
    ],
)
async def test_phones_heed_permissions(
    site: Site, changes: dict[str, Any], granted: list[bool]
) -> None:
    """A phone opens what its user is permitted to open, at the times of the permission."""
    lock = site.cloud.add_locking_device("A")
    user = site.cloud.add_user(phone=True)
    assert not site.cloud.open_by_phone(lock.id, user.id)
    await site.create("permission", permission(site, userId=user.id, **changes))
    for wanted, seconds in zip(granted, (20, 3580, 0), strict=True):
        assert site.cloud.open_by_phone(lock.id, user.id) is wanted
        site.clock.move(seconds)


async def test_offline_key(site: Site) -> None:
    """A key is told but once; of what was issued the platform lists all else."""
    lock = site.cloud.add_locking_device("A")
    user = site.cloud.add_user(phone=True)
    body = offline_key(site)
    told = await site.create("offline-key", body)
    primary = told.pop("primaryKey")
    assert base64.b64decode(primary["value"])
    assert told == {name: body[name] for name in ("startDatetime", "endDatetime")}
    assert await site.items("offline-key") == [
        {
            **body,
            "id": primary["id"],
            "issuerUserId": site.cloud.admin.id,
            "issuanceDatetime": site.iso(),
        }
    ]
    assert site.cloud.messages.sent == []
    assert site.cloud.open_by_phone(lock.id, user.id)
    assert not site.cloud.open_by_phone(site.cloud.add_locking_device("B").id, user.id)
    site.clock.move(3600)
    assert not site.cloud.lock_by_phone(lock.id, user.id)


async def test_offline_key_delivery(site: Site) -> None:
    """A key goes out as it is or behind a link, and so does an alternative one."""
    site.cloud.add_locking_device("A")
    site.cloud.add_user(phone=True)
    site.cloud.set_options(alternative_key=True)
    told: list[Json] = []
    for mechanism, more in (
        ("SMS_WITHOUT_APP_LINK", {}),
        ("SMS_WITH_APP_LINK", {}),
        ("SMS_WITH_APP_LINK", {"appLinkBaseUrl": "https://example.com/a"}),
    ):
        sms = {"deliveryMechanism": mechanism, "phoneNumber": "+358506722871", **more}
        told.append(await site.create("offline-key", offline_key(site, **sms)))
    values = [
        key["value"]
        for keys in told
        for key in (keys["primaryKey"], keys["alternativeKey"])
    ]
    prefixes = ["", "https://keyless.assaabloy.com?eo=", "https://example.com/a?eo="]
    assert [message["text"] for message in site.cloud.messages.sent] == [
        prefixes[number // 2] + value for number, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("changes", "seconds", "status"),
    [
        ({}, (0, 86400), 201),
        ({}, (0, 86401), 400),
        ({}, (0, 0), 400),
        ({}, (60, 0), 400),
        ({}, (30 * 86400, 30 * 86400 + 1), 201),
        ({}, (30 * 86400 + 1, 30 * 86400 + 2), 400),
        ({"operatingDeviceId": UNKNOWN}, (0, 1), 404),
        ({"lockingDeviceId": UNKNOWN}, (0, 1), 404),
        ({"deliveryMechanism": "SMS"}, (0, 1), 400),
        ({"deliveryMechanism": "SMS_WITH_APP_LINK"}, (0, 1), 400),
        ({"appLinkBaseUrl": "https://example.com/" + "a" * 22}, (0, 1), 201),
        ({"appLinkBaseUrl": "https://example.com/" + "a" * 23}, (0, 1), 400),
        ({"appLinkBaseUrl": "ftp://example.com"}, (0, 1), 400),
        ({"appLinkBaseUrl": "http://["}, (0, 1), 400),
        ({"userId": UNKNOWN}, (0, 1), 400),
    ],
)
async def test_offline_key_rules(
    site: Site, changes: dict[str, Any], seconds: tuple[int, int], status: int
) -> None:
    """A key begins within 30 days, and ends within 24 hours of that."""
    site.cloud.add_locking_device("A")
    site.cloud.add_user(phone=True)
    start, end = map(site.iso, seconds)
    body = offline_key(site, startDatetime=start, endDatetime=end, **changes)
    assert await site.status("POST", "offline-key", body) == status


async def test_offline_key_for_placeholder(site: Site) -> None:
    """There is no key to a locking device that is not there yet."""
    site.cloud.add_locking_device("A", claimed=False)
    site.cloud.add_user(phone=True)
    assert await site.status("POST", "offline-key", offline_key(site)) == 409
