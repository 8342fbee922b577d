"""Locking devices of the simulated Keyless platform and their certificates."""

from typing import Any

import pytest

from tests.simulators.keyless import Site


async def grant(site: Site, lock_id: str) -> str:
    """Return a user with a phone who may open a locking device."""
    user = site.cloud.add_user(phone=True)
    site.cloud.grants.grant(
        {
            "userId": user.id,
            "lockingDeviceId": lock_id,
            "operationType": "OPEN",
            "permissionType": "SINGLE_INTERVAL",
            "start": site.iso(),
            "end": site.iso(10**8),
        }
    )
    return user.id


async def test_life(site: Site) -> None:
    """A locking device is a placeholder until it is claimed, upon which there is more to tell."""
    created = await site.create("locking-device", {"name": "Front Gate"})
    lock_id = created["id"]
    unclaimed = {"id": lock_id, "name": "Front Gate", "claimingStatus": "UNCLAIMED"}
    assert created == unclaimed == await site.get(f"locking-device/{lock_id}")
    site.cloud.claim(lock_id)
    told = await site.get(f"locking-device/{lock_id}")
    expirations = [
        told.pop(f"{name}Certificate")["expirationDatetime"]
        for name in ("operational", "manufacturing")
    ]
    assert expirations == ["2027-11-21T08:14:50Z", "2037-11-18T08:14:50Z"]
    assert told == {
        **unclaimed,
        "claimingStatus": "CLAIMED",
        "serialNumber": "BPLAD123456",
        "hardwareModel": "PADLOCK",
        "hardwareVersion": "1",
        "firmwareVersion": "1.0.0",
    }
    event = site.events("LockingDeviceClaimed")[0]
    assert (event["userId"], event["serialNumber"]) == (
        site.cloud.admin.id,
        "BPLAD123456",
    )
    reply = await site.control("POST", f"locking_devices/{lock_id}/claim", {})
    assert reply.status == 409


async def test_filters(site: Site) -> None:
    """The list can be that of the claimed, the unclaimed, or one serial number."""
    site.cloud.add_locking_device("A")
    site.cloud.add_locking_device("B", claimed=False)
    site.cloud.add_locking_device("C", model="CONTROLLER")
    for query, names in (
        ("", "ABC"),
        ("?claiming-status=CLAIMED", "AC"),
        ("?claiming-status=UNCLAIMED", "B"),
        ("?serial-number=BPLAD123457", "C"),
        ("?serial-number=x", ""),
        ("?claiming-status=UNCLAIMED&serial-number=BPLAD123457", ""),
    ):
        found = await site.items(f"locking-device{query}")
        assert "".join(lock["name"] for lock in found) == names
    assert await site.status("GET", "locking-device?claiming-status=X") == 400


@pytest.mark.parametrize(
    ("name", "status"),
    [("A", 201), ("å" * 255, 201), ("", 400), ("A" * 256, 400), (None, 400), (1, 400)],
)
async def test_names(site: Site, name: Any, status: int) -> None:
    """A name has 1 to 255 characters, whether it is the first or a later one."""
    assert await site.status("POST", "locking-device", {"name": name}) == status
    lock = site.cloud.add_locking_device("Old", claimed=False)
    patch = [{"path": "/name", "op": "replace", "value": name}]
    renamed = await site.status("PATCH", f"locking-device/{lock.id}", patch)
    assert renamed == (204 if status == 201 else 400)
    assert lock.name == (name if status == 201 else "Old")


@pytest.mark.parametrize(
    "patch",
    [
        {"name": "New"},
        [],
        ["name"],
        [{"path": "/name", "op": "add", "value": "New"}],
        [{"path": "/serialNumber", "op": "replace", "value": "New"}],
        [{"path": "/name", "op": "replace"}],
        [
            {"path": "/name", "op": "replace", "value": "New"},
            {"path": "/name", "op": "test", "value": "New"},
        ],
    ],
)
async def test_other_patches(site: Site, patch: object) -> None:
    """Nothing can be changed but the name, and nothing is changed by halves."""
    lock = site.cloud.add_locking_device("Old")
    assert await site.status("PATCH", f"locking-device/{lock.id}", patch) == 400
    assert lock.name == "Old"


async def test_media_types_of_patches(site: Site) -> None:
    """The media type of a change is not known: either one is taken, or but one of them."""
    lock = site.cloud.add_locking_device("A")
    patch = [{"path": "/name", "op": "replace", "value": "New"}]
    types = ("application/json", "application/json-patch+json", "text/plain")

    async def statuses() -> list[int]:
        path = f"locking-device/{lock.id}"
        return [
            (
                await site.call("PATCH", path, patch, headers={"Content-Type": kind})
            ).status
            for kind in types
        ]

    assert await statuses() == [204, 204, 415]
    site.cloud.set_options(patch_media_type=types[1])
    assert await statuses() == [415, 204, 415]


async def test_delete(site: Site) -> None:
    """With a locking device goes all that concerns it, also what is under way."""
    lock = site.cloud.add_locking_device("A")
    gateway = site.cloud.add_gateway()
    site.cloud.associate(lock.id, gateway.id)
    await grant(site, lock.id)
    body = {"gatewayDeviceId": gateway.id, "lockingDeviceId": lock.id, "action": "OPEN"}
    await site.create("remote-command", body)
    site.cloud.touch(lock.id)
    assert await site.status("DELETE", f"locking-device/{lock.id}") == 204
    for path in ("", "-log/audit"):
        assert await site.items(f"locking-device{path}") == []
    for path in ("permission", "gateway-device-association", "remote-command"):
        assert await site.items(path) == []
    await site.later(3600)
    log = f"gateway-device-log/audit?gateway-device-id={gateway.id}"
    assert await site.items(log) == []


async def test_certificates(site: Site) -> None:
    """What is wrong with a certificate is told, and keeps everybody out."""
    lock = site.cloud.add_locking_device("A")
    user_id = await grant(site, lock.id)
    assert site.cloud.open_by_phone(lock.id, user_id)
    site.cloud.locks.set_certificate(lock.id, "MANUFACTURING", revoked=True)
    told = await site.get(f"locking-device/{lock.id}")
    assert told["manufacturingCertificate"]["revoked"] is True
    assert not site.cloud.open_by_phone(lock.id, user_id)
    site.cloud.locks.set_certificate(lock.id, "MANUFACTURING", revoked=False)
    site.cloud.locks.set_certificate(lock.id, expiration=site.at(60))
    assert site.cloud.open_by_phone(lock.id, user_id)
    site.clock.move(60)
    assert not site.cloud.open_by_phone(lock.id, user_id)


async def test_re_keying_is_for_tests(site: Site) -> None:
    """In production it is not to be had."""
    lock = site.cloud.add_locking_device("A")
    reply = await site.call("POST", f"locking-device/{lock.id}/re-key")
    detail = "This action is not available in this environment."
    assert (reply.status, reply.json["detail"]) == (403, detail)


async def test_re_keying(site: Site) -> None:
    """A phone replaces a certificate that is eligible; the platform knows when the log has arrived."""
    site.cloud.set_options(environment="staging", phone_log_delay_seconds=3600)
    lock = site.cloud.add_locking_device("A")
    user_id = await grant(site, lock.id)
    path = f"locking-device/{lock.id}"
    assert await site.status("POST", f"{path}/re-key") == 204
    assert await site.status("POST", f"{path}/re-key") == 409
    before = (await site.get(path))["operationalCertificate"]
    assert before["eligibleForReKeying"] is True
    await site.later(86400)
    renewed = site.iso(730 * 86400)
    assert site.cloud.open_by_phone(lock.id, user_id)
    assert site.cloud.open_by_phone(lock.id, user_id)
    assert (await site.get(path))["operationalCertificate"] == before
    device = site.cloud.people.device_of(user_id)
    key = {
        "operatingDeviceId": device.id,
        "lockingDeviceId": lock.id,
        "startDatetime": site.iso(),
        "endDatetime": site.iso(60),
        "deliveryMechanism": "NONE",
    }
    assert "alternativeKey" in await site.create("offline-key", key)
    await site.later(3600)
    after = (await site.get(path))["operationalCertificate"]
    assert after["eligibleForReKeying"] is False
    assert after["expirationDatetime"] == renewed
    told = site.events(
        *(
            f"LockingDeviceCertificate{step}"
            for step in (
                "EligibleForReKeying",
                "SigningRequestCreated",
                "Issued",
                "ReKeyingCompleted",
            )
        )
    )
    assert {event["certificateProfile"] for event in told} == {"OPERATIONAL"}
    expirations = [event.get("certificateExpirationDatetime") for event in told]
    assert expirations == [before["expirationDatetime"], None, None, renewed]
    assert len(await site.items("locking-device-log/system")) == 1
    key["endDatetime"] = site.iso(60)
    assert "alternativeKey" not in await site.create("offline-key", key)
