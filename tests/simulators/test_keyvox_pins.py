"""PINs and keys of the simulated KEYVOX cloud: issued, changed, disabled and listed."""

import re
from typing import Any

import pytest

from simulators.keyvox.credentials import QR_ADDRESS
from simulators.keyvox.locks import Lock
from tests.simulators.keyvox import Json, Org, digest_of, signature_of

HOUR, DAY = 3600, 86400


@pytest.fixture
def lock(org: Org) -> Lock:
    """Return a lock in a unit of its own."""
    lock = org.cloud.add_lock("A")
    org.room(lock)
    return lock


def unit_of(org: Org, lock: Lock) -> str:
    """Return the id of a lock's unit."""
    (unit_id,) = org.cloud.units_of(lock.id)
    return unit_id


async def issue(org: Org, lock: Lock, start: float = 0, **body: Any) -> Json:
    """Issue a PIN for a lock's unit, for an hour unless something else is said."""
    issued = {"unitId": unit_of(org, lock), **org.period(start, start + HOUR)}
    told: Json = await org.ok("createLockPin", {**issued, **body})
    return told


async def state(org: Org, pin_id: str) -> str:
    """Return how far the devices are with a PIN."""
    told = await org.ok("getLockPinStatus", {"pinId": pin_id})
    status: str = told["status"]
    return status


async def listed(org: Org, lock: Lock, **body: Any) -> list[Json]:
    """Return the PINs of a lock."""
    told = await org.ok("getLockPinList", {"lockId": lock.id, **body})
    rows: list[Json] = told["pinList"]
    return rows


async def test_create(org: Org, lock: Lock) -> None:
    """A PIN is issued with its digits, the text of a QR code and an address; it is not at the lock yet."""
    told = await issue(org, lock, pinCode="0123", targetName="Anna", pinType="1")
    assert told.keys() == {"pinId", "pinCode", "qrCode", "shortQrUrl"}
    assert told["pinCode"] == "0123"
    assert re.fullmatch(r"[0-9a-f]{24}", told["pinId"])
    assert re.fullmatch(r"[0-9A-F]{32}", told["qrCode"])
    assert told["shortQrUrl"].startswith(QR_ADDRESS)
    assert await state(org, told["pinId"]) == "10"
    assert (lock.memory, org.cloud.type_pin(lock.id, "0123").reason) == ({}, "unknown")


async def test_generated(org: Org, lock: Lock) -> None:
    """A PIN of six digits is made where none is given."""
    first, second = await issue(org, lock), await issue(org, lock, pinCode="")
    assert first["pinCode"] != second["pinCode"]
    assert all(re.fullmatch(r"\d{6}", pin["pinCode"]) for pin in (first, second))


@pytest.mark.parametrize("code", ["1234", "00000", "12345678"])
async def test_codes(org: Org, lock: Lock, code: str) -> None:
    """A PIN has four to eight digits."""
    assert (await issue(org, lock, pinCode=code))["pinCode"] == code


@pytest.mark.parametrize(
    "changes",
    [
        {"pinCode": "123"},
        {"pinCode": "123456789"},
        {"pinCode": "12a4"},
        {"pinCode": "١٢٣٤"},
        {"pinCode": 1234},
        {"pinType": "4"},
        {"targetName": 1},
        {"sTime": None},
        {"eTime": "tomorrow"},
        {"eTime": "0"},
        {"eTime": -1},
        {"sTime": 1.5},
        {"sTime": True},
    ],
)
async def test_wrong_pins(org: Org, lock: Lock, changes: Json) -> None:
    """What is no PIN, or no time, is refused, and nothing is issued."""
    body = {"unitId": unit_of(org, lock), **org.period(), **changes}
    assert await org.code("createLockPin", body) == "E0005"
    assert org.cloud.pins == {}


async def test_number_of_seconds(org: Org, lock: Lock) -> None:
    """Times may be texts or numbers."""
    body = {"unitId": unit_of(org, lock), "sTime": org.unix(), "eTime": org.unix(1)}
    assert await org.code("createLockPin", body) == "0"
    assert await org.code("createLockPin", {**body, "eTime": org.unix()}) == "E0005"


async def test_overview_form(org: Org, lock: Lock) -> None:
    """The overview issues a PIN for a lock, by names of its own; its sample is taken as it stands."""
    lock.id, org.cloud.locks["LOCK_ID"] = "LOCK_ID", lock
    next(iter(org.cloud.units.values())).lock_ids = ["LOCK_ID"]
    data = b'{"lockId":"LOCK_ID","pin":"123456","startDate":1735689600,"endDate":1735776000}'
    values = {"x-target-host": "default.pms", "date": org.date()}
    values["digest"] = digest_of(data)
    signed = "x-target-host date digest"
    signature = signature_of(signed, values, "demo-secret")
    authorization = (
        'hmac username="demo-key", algorithm="hmac-sha256", '
        f'headers="{signed}", signature="{signature}"'
    )
    url = org.url("createLockPin", "overview")
    assert url.path == "/v1/createLockPin"
    # As the sample's command line sends it, which says nothing of JSON.
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    headers = {**values, "authorization": authorization, **form}
    reply = await org.post(url, data, headers)
    assert (reply.json["code"], reply.json["data"]["pinCode"]) == ("0", "123456")
    (pin,) = org.cloud.pins.values()
    assert pin.place.unit_id == unit_of(org, lock)
    assert int(pin.end.timestamp() - pin.start.timestamp()) == DAY


async def test_overview_names(org: Org, lock: Lock) -> None:
    """The overview takes the name and the type as the portal does, changes by either names, and nothing else."""
    body = {"lockId": lock.id, "startDate": org.unix(), "endDate": org.unix(HOUR)}
    overview = {"profile": "overview"}
    named = {**body, "targetName": "Anna", "pinType": "1"}
    pin_id = (await org.ok("createLockPin", named, **overview))["pinId"]
    pin = org.cloud.pins[pin_id]
    assert (pin.holder, len(pin.code)) == ("Anna", 6)
    change = {"pinId": pin_id, "pin": "4321", "startDate": 1, "endDate": 2}
    await org.ok("changeLockPin", change, **overview)
    assert (pin.code, int(pin.end.timestamp())) == ("4321", 2)
    await org.ok("changeLockPin", {"pinId": pin_id, **org.period()}, **overview)
    assert int(pin.start.timestamp()) == org.unix()
    portal = {"unitId": unit_of(org, lock), **org.period()}
    assert await org.code("createLockPin", portal, **overview) == "E0005"
    mixed = {**body, "pinCode": "1234"}
    assert await org.code("createLockPin", mixed, **overview) == "E0005"
    assert await org.code("createLockPin", body) == "E0005"
    alone = org.cloud.add_lock("B")
    body["lockId"] = alone.id
    assert await org.code("createLockPin", body, **overview) == "E0043"


async def test_change(org: Org, lock: Lock) -> None:
    """A change keeps the id, and what it does not mention."""
    pin_id = (await issue(org, lock, pinCode="1234", targetName="Anna"))["pinId"]
    org.later(300)
    body = {"pinId": pin_id, **org.period(0, 60)}
    assert await org.ok("changeLockPin", body) is None
    pin = org.cloud.pins[pin_id]
    assert (pin.code, pin.holder, pin.end) == ("1234", "Anna", org.at(60))
    assert await state(org, pin_id) == "11"
    await org.ok("changeLockPin", {**body, "pinCode": "4321", "targetName": "B"})
    assert (pin.code, pin.holder) == ("4321", "B")
    for wrong in ({"pinCode": "1"}, {"sTime": org.unix(61)}, {"eTime": None}):
        assert await org.code("changeLockPin", {**body, **wrong}) == "E0005"
    assert (pin.code, pin.start) == ("4321", org.at())


async def test_disable(org: Org, lock: Lock) -> None:
    """A PIN that is to be disabled is not changed any more, and in the lists until the lock has forgotten it."""
    pin_id = (await issue(org, lock))["pinId"]
    org.later(300)
    assert await org.ok("disableLockPin", {"pinId": pin_id}) is None
    assert await state(org, pin_id) == "12"
    body = {"pinId": pin_id, **org.period()}
    assert await org.code("changeLockPin", body) == "E0005"
    assert await org.code("disableLockPin", {"pinId": pin_id}) == "0"
    assert len(await listed(org, lock)) == 1
    org.later(300)
    assert await state(org, pin_id) == "32"
    assert await listed(org, lock) == []
    assert await org.code("disableLockPin", {"pinId": pin_id}) == "E0005"


async def test_rows(org: Org, lock: Lock) -> None:
    """The lists of a lock and of its unit have the same rows."""
    told = await issue(org, lock, pinCode="1234", targetName="Anna")
    org.later(300)
    row = {
        "id": "1",
        "pinId": told["pinId"],
        "pinCode": "1234",
        "qrCode": told["qrCode"],
        "sTime": str(org.unix(-300)),
        "eTime": str(org.unix(HOUR - 300)),
        "targetName": "Anna",
    }
    assert await listed(org, lock) == [row]
    body = {"unitId": unit_of(org, lock)}
    page = {"pinList": [row], "position": "", "records": "1"}
    assert await org.ok("getUnitPinList", body) == page
    alone = org.cloud.add_lock("B")
    assert await listed(org, alone) == []


async def test_window(org: Org, lock: Lock) -> None:
    """The lists have what is or will be valid within three days, or in a period that is asked for."""
    for start in (-2 * HOUR, 0, 2 * DAY, 3 * DAY + 1, 10 * DAY):
        await issue(org, lock, start, targetName=str(start))

    async def names(**body: Any) -> list[str]:
        return [row["targetName"] for row in await listed(org, lock, **body)]

    assert await names() == ["0", str(2 * DAY)]
    assert await names(**org.period(-DAY, 9 * DAY)) == [
        str(start) for start in (-2 * HOUR, 0, 2 * DAY, 3 * DAY + 1)
    ]
    assert await names(**org.period(10 * DAY + 60, 11 * DAY)) == [str(10 * DAY)]
    body = {"lockId": lock.id, "sTime": org.unix()}
    assert await org.code("getLockPinList", body) == "E0005"


async def test_pages(org: Org, lock: Lock) -> None:
    """The lists come in pages, oldest PIN first."""
    for number in range(5):
        await issue(org, lock, targetName=str(number))
    body = {"unitId": unit_of(org, lock), "records": "2", "position": ""}
    names = []
    for _ in range(3):
        page = await org.ok("getUnitPinList", body)
        names.append([row["targetName"] for row in page["pinList"]])
        body["position"] = page["position"]
    assert names == [["0", "1"], ["2", "3"], ["4"]]
    assert page["position"] == ""


async def shown(org: Org, lock: Lock, pin_id: str) -> tuple[str, str, str]:
    """Return how a PIN's digits read in both lists, and in its status."""
    (row,) = [row for row in await listed(org, lock) if row["pinId"] == pin_id]
    body = {"unitId": unit_of(org, lock)}
    of_unit = (await org.ok("getUnitPinList", body))["pinList"]
    (other,) = [row["pinCode"] for row in of_unit if row["pinId"] == pin_id]
    status = await org.ok("getLockPinStatus", {"pinId": pin_id})
    return row["pinCode"], other, status["pinCode"]


async def test_asterisks(org: Org, lock: Lock) -> None:
    """Digits read as asterisks until the PIN is issued, but for two models of locks."""
    told = await issue(org, lock, pinCode="12345")
    assert told["pinCode"] == "12345"
    assert await shown(org, lock, told["pinId"]) == ("*****",) * 3
    org.later(300)
    assert await shown(org, lock, told["pinId"]) == ("12345",) * 3
    await org.ok("changeLockPin", {"pinId": told["pinId"], **org.period()})
    assert await shown(org, lock, told["pinId"]) == ("12345",) * 3
    for model in ("BCL-XP1", "BCL-XE1"):
        plain = org.cloud.add_lock("B", model=model)
        org.room(plain)
        told = await issue(org, plain, pinCode="1234")
        assert await shown(org, plain, told["pinId"]) == ("1234",) * 3


async def test_asterisks_chosen(org: Org, lock: Lock) -> None:
    """Digits can be shown always, or never in a list, or not even to whoever has them made."""
    org.cloud.set_options(asterisks="never")
    told = await issue(org, lock, pinCode="1234")
    assert await shown(org, lock, told["pinId"]) == ("1234",) * 3
    org.cloud.set_options(asterisks="always")
    assert await shown(org, lock, told["pinId"]) == ("****",) * 3
    org.later(300)
    assert await shown(org, lock, told["pinId"]) == ("****", "****", "1234")
    org.cloud.set_options(asterisks_in_answers=True)
    assert (await issue(org, lock))["pinCode"] == "******"


async def test_duplicates(org: Org, lock: Lock) -> None:
    """No source says that digits are one unit's once at a time: that can be chosen."""
    await issue(org, lock, pinCode="1234")
    second = await issue(org, lock, 60, pinCode="1234")
    org.cloud.set_options(refuse_duplicates=True)
    body = {"unitId": unit_of(org, lock), "pinCode": "1234"}
    assert await org.code("createLockPin", {**body, **org.period()}) == "E0005"
    assert await org.code("createLockPin", {**body, **org.period(DAY, 2 * DAY)}) == "0"
    change = {"pinId": second["pinId"], **org.period()}
    assert await org.code("changeLockPin", change) == "E0005"
    assert await org.code("changeLockPin", {**change, "pinCode": "4321"}) == "0"
    other = org.cloud.add_lock("B")
    body["unitId"] = org.room(other).id
    assert await org.code("createLockPin", {**body, **org.period()}) == "0"


async def test_key(org: Org, lock: Lock) -> None:
    """A key is a PIN whose address is sent by e-mail."""
    body = {"unitId": unit_of(org, lock), "targetName": "Anna", **org.period()}
    told = await org.ok("issueLockKey", body)
    assert told["qrStatus"] == "0"
    assert org.cloud.mails == []
    by_mail = {
        "notificationMethod": "email",
        "notificationDetails": {"email": "a@b.example"},
    }
    told = await org.ok("issueLockKey", {**body, **by_mail})
    mail = {"to": "a@b.example", "pinId": told["pinId"], "text": told["shortQrUrl"]}
    assert org.cloud.mails == [mail]
    assert len(await listed(org, lock)) == 2
    flaws: list[Json] = [
        {"notificationMethod": "sms"},
        {"notificationDetails": {}},
        {"notificationDetails": {"email": "Anna"}},
        {"notificationDetails": "a@b.example"},
        {"targetName": None},
    ]
    for wrong in flaws:
        changed = {**body, **by_mail, **wrong}
        assert await org.code("issueLockKey", changed) == "E0005"
    assert len(org.cloud.mails) == 1


async def test_locker_pin_is_none_of_a_unit(org: Org) -> None:
    """A locker's PIN is not changed as one of a unit, nor the other way round; its status is told."""
    locker = org.cloud.add_locker("L")
    wanted = {"targetName": "A", "checkin": "0", "mode": "0", **org.period()}
    body = {"deviceId": locker.id, "boxNum": "00-01", **wanted}
    pin_id = (await org.ok("createLockerPin", body))["pinId"]
    assert await org.code("disableLockPin", {"pinId": pin_id}) == "E0043"
    change = {"pinId": pin_id, **org.period()}
    assert await org.code("changeLockPin", change) == "E0043"
    assert await state(org, pin_id) == "10"
