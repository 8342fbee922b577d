"""Users, operating devices and invitations of the simulated Keyless platform."""

import base64
from typing import Any

import pytest

from tests.simulators.keyless import Site

PATH = "operating-device/invitation"


async def test_users(site: Site) -> None:
    """A user is created with a key that is told but once, and deleted with all that is theirs."""
    created = await site.create("user", {"role": "ADMIN"})
    assert created.keys() == {"id", "accessKey", "role"}
    assert len(base64.b64decode(created["accessKey"])) == 32
    told = {"id": created["id"], "role": "ADMIN"}
    assert await site.get(f"user/{created['id']}") == told
    admin = {"id": site.cloud.admin.id, "role": "ADMIN"}
    assert await site.items("user") == [admin, told]
    assert (await site.login(created["id"], created["accessKey"])).status == 200
    assert await site.status("GET", "user") == 200


async def test_delete_user(site: Site) -> None:
    """With a user go permissions, phones and their keys."""
    lock = site.cloud.add_locking_device("A")
    user = site.cloud.add_user(phone=True)
    device = site.cloud.people.device_of(user.id)
    await site.create(
        "permission",
        {
            "userId": user.id,
            "lockingDeviceId": lock.id,
            "operationType": "OPEN",
            "permissionType": "SINGLE_INTERVAL",
            "start": site.iso(),
            "end": site.iso(60),
        },
    )
    await site.create(
        "offline-key",
        {
            "operatingDeviceId": device.id,
            "lockingDeviceId": lock.id,
            "startDatetime": site.iso(),
            "endDatetime": site.iso(60),
            "deliveryMechanism": "NONE",
        },
    )
    assert await site.status("DELETE", f"user/{user.id}") == 204
    assert await site.status("DELETE", f"user/{user.id}") == 404
    for path in ("operating-device", "permission", "offline-key"):
        assert await site.items(path) == []
    names = [event["eventType"] for event in site.events()]
    assert names[-2:] == ["OperatingDeviceDeleted", "UserDeleted"]


async def test_invite_by_sms(site: Site) -> None:
    """An invitation goes out as a link that is valid for a day, or as a code."""
    user = site.cloud.add_user()
    body = {
        "userId": user.id,
        "deliveryMechanism": "SMS",
        "phoneNumber": "+2072325522705",
    }
    told = await site.create(PATH, body)
    assert told == {"id": told["id"], "expirationDatetime": site.iso(86400)}
    await site.create(PATH, {**body, "format": "INVITATION_CODE"})
    link, code = site.cloud.messages.sent
    assert {link["to"], code["to"]} == {"+2072325522705"}
    assert link["text"].startswith("https://keyless.assaabloy.com")
    assert "/" not in code["text"]


async def test_invite_without_delivery(site: Site) -> None:
    """Who delivers the invitation is told the code, and where it is valid unless the code says so."""
    user = site.cloud.add_user()
    body = {"userId": user.id, "deliveryMechanism": "NONE"}
    old = await site.create(PATH, {**body, "validityDuration": "P1DT1H"})
    assert old["expirationDatetime"] == site.iso(25 * 3600)
    assert old["environmentUrl"].startswith("https://")
    new = await site.create(PATH, {**body, "format": "INVITATION_CODE"})
    assert new.keys() == {"id", "expirationDatetime", "invitationCode"}
    assert len(old["invitationCode"]) > len(new["invitationCode"])
    assert site.cloud.messages.sent == []


@pytest.mark.parametrize("field", ["email", "emailAddress"])
async def test_invite_by_mail(site: Site, field: str) -> None:
    """The name of the field for the address is not known, so both likely ones are taken."""
    user = site.cloud.add_user()
    body = {"userId": user.id, "deliveryMechanism": "EMAIL"}
    assert await site.status("POST", PATH, body) == 400
    await site.create(PATH, {**body, field: "anna@example.com"})
    assert site.cloud.messages.sent[0]["to"] == "anna@example.com"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"userId": "x"}, 400),
        ({"userId": "e9e9f7f2-dec4-4320-b9db-0be6f9a51caa"}, 404),
        ({"deliveryMechanism": "PIGEON"}, 400),
        ({"deliveryMechanism": "SMS"}, 400),
        ({"deliveryMechanism": "SMS", "phoneNumber": "0701234567"}, 400),
        ({"deliveryMechanism": "SMS", "phoneNumber": "+0701234567"}, 400),
        ({"format": "LINK"}, 400),
        ({"validityDuration": "PT0S"}, 400),
        ({"validityDuration": "P"}, 400),
        ({"validityDuration": "PT"}, 400),
        ({"validityDuration": "1 day"}, 400),
        ({"validityDuration": "P1Y"}, 400),
        ({"validityDuration": "P365DT1S"}, 400),
        ({"validityDuration": "P365D"}, 201),
        ({"validityDuration": "PT1S"}, 201),
        ({"name": "Anna"}, 400),
    ],
)
async def test_invitation_rules(
    site: Site, changes: dict[str, Any], status: int
) -> None:
    """What is no invitation is refused."""
    user = site.cloud.add_user()
    body = {"userId": user.id, "deliveryMechanism": "NONE", **changes}
    assert await site.status("POST", PATH, body) == status
    assert len(site.cloud.people.invitations) == (status == 201)


async def test_acceptance(site: Site) -> None:
    """An invitation is accepted once, in time, and if the user has no phone yet."""
    user = site.cloud.add_user()
    body = {"userId": user.id, "deliveryMechanism": "NONE"}
    first, second = [(await site.create(PATH, body))["id"] for _ in range(2)]
    device = site.cloud.accept_invitation(first)
    told = {"id": device.id, "userId": user.id}
    assert await site.items("operating-device") == [told]
    assert await site.items(f"operating-device?user-id={user.id}") == [told]
    other = f"operating-device?user-id={site.cloud.admin.id}"
    assert await site.items(other) == []
    assert await site.status("GET", "operating-device?user-id=x") == 400
    created = site.events("OperatingDeviceCreated")[0]
    assert (created["operatingDeviceId"], created["invitationId"]) == (device.id, first)
    assert site.events("OperatingDeviceActivated")
    reply = await site.control("POST", f"invitations/{second}/accept")
    assert reply.status == 409
    assert await site.status("DELETE", f"{PATH}/{first}") == 409
    assert await site.status("DELETE", f"{PATH}/{second}") == 204
    assert await site.status("DELETE", f"{PATH}/{second}") == 404
    late = (await site.create(PATH, {**body, "validityDuration": "PT1M"}))["id"]
    assert await site.status("DELETE", f"operating-device/{device.id}") == 204
    site.clock.move(60)
    assert (await site.control("POST", f"invitations/{late}/accept")).status == 409


async def test_legacy_device(site: Site) -> None:
    """A phone that was not invited goes with its user alone."""
    user = site.cloud.add_user()
    device = site.cloud.add_operating_device(user.id, legacy=True)
    site.cloud.set_options(conflict_status=400)
    assert await site.status("DELETE", f"operating-device/{device.id}") == 400
    assert await site.status("DELETE", f"user/{user.id}") == 204
    assert await site.items("operating-device") == []
