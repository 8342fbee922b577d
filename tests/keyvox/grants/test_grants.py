"""PINs of units and boxes, and e-mailed keys, from the action to the door."""

from datetime import timedelta
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from simulators.keyvox import Fault, Refusal
from tests.keyvox.grants.home import Home, later

CODE = "493817"
EMAIL = "anna@example.com"


@pytest.mark.parametrize("name", ["front", "back"])
async def test_pin_of_a_lock(home: Home, name: str) -> None:
    """A lock stands for its unit; the PIN is active once both of its locks have it."""
    await home.start()
    row = await home.issue(device_id=home.device_id(name))
    assert row["access"] == "Room"
    assert row["device_id"] == home.device_id("front")
    assert row["state"] == "pending"
    assert row["name"] == "Anna Andersson"
    pin = home.pin(row)
    assert row["code"] == pin.code
    assert row["qr_code"] == pin.qr_code
    assert row["address"] == pin.short_url
    assert pin.holder == f"Anna Andersson [{row['grant_id']}.1]"
    await home.deliver()
    assert home.held(row, "front") and home.held(row, "back")
    assert home.state(row) == "active"
    assert home.life == ["pending", "active"]


async def test_one_lock_that_is_away(home: Home) -> None:
    """A PIN that one of two locks has not got yet is pending."""
    await home.start()
    home.cloud.set_connection(home.ids["back"], online=False)
    row = await home.issue()
    await home.wait(3600)
    assert home.held(row, "front") and not home.held(row, "back")
    assert home.state(row) == "pending"
    home.cloud.set_connection(home.ids["back"], online=True)
    await home.wait(2 * 3600, step=301)
    assert home.held(row, "back")
    assert home.state(row) == "active"


async def test_two_locks_of_one_unit(home: Home) -> None:
    """Two locks of one unit are one access, with one PIN."""
    await home.start()
    devices = [home.device_id("front"), home.device_id("back")]
    row = await home.issue(device_id=devices)
    assert len(home.cloud.pins) == 1
    assert row["access"] == "Room"


async def test_several_accesses(home: Home) -> None:
    """One call for several accesses makes one PIN that opens all of them."""
    await home.start()
    rows = await home.call(
        "issue_pin",
        device_id=[home.device_id("front"), home.device_id("box")],
        access=["shed"],
        name="Anna",
        end_datetime=later(days=1),
    )
    assert {row["access"] for row in rows} == {"Room", "Locker, Box 1", "Shed"}
    assert len({row["code"] for row in rows}) == 1
    assert {pin.code for pin in home.cloud.pins.values()} == {rows[0]["code"]}


async def test_pin_of_a_unit_without_lock(home: Home) -> None:
    """A unit is named by its id or name, and may have no lock; it is listed with its place."""
    await home.start()
    row = await home.issue(access=home.ids["shed unit"], code=CODE)
    assert row["device_id"] is None
    assert row["access"] == "Shed"
    assert row["code"] == CODE
    assert (await home.listed(row))["managed"]
    assert await home.listed(row, access="SHED")
    assert await home.listed(row, device_id=home.device_id("house"))
    assert not await home.listed(row, device_id=home.device_id("front"))


@pytest.mark.parametrize(
    ("target", "key", "field"),
    [
        ({"device": "house"}, "neither_lock_nor_box", "device_id"),
        ({"device": "locker"}, "neither_lock_nor_box", "device_id"),
        ({"device": "spare"}, "lock_without_unit", "device_id"),
        ({"device": "gate"}, "lock_of_several_units", "device_id"),
        ({"access": "Cellar"}, "unknown_access", "access"),
        ({"access": "Front door"}, "unknown_access", "access"),
        ({"device": "front", "use": "once"}, "only_for_a_box", "use"),
        ({"device": "box", "use": "twice"}, "not_allowed", "use"),
        ({"device": "front", "end_datetime": None}, "end_required", "end_datetime"),
        ({"device": "front", "code": "123"}, "invalid_code_digits", "code"),
        ({"device": "front", "code": "****"}, "invalid_code_digits", "code"),
        ({"device": "front", "booking_id": "a b"}, "not_allowed", "booking_id"),
    ],
)
async def test_bad_fields(
    home: Home, target: dict[str, Any], key: str, field: str
) -> None:
    """What cannot be right is refused with the field's name, before anything is sent."""
    await home.start()
    if device := target.pop("device", None):
        target["device_id"] = home.device_id(device)
    data = {"name": "Anna", "end_datetime": later(days=1), **target}
    await home.refused("issue_pin", key, field, **data)


async def test_ambiguous_name(home: Home) -> None:
    """A name that a unit and another one have is not guessed; the id is taken."""
    home.cloud.add_unit("Room", home.ids["house"], [])
    await home.start()
    data = {"name": "Anna", "end_datetime": later(days=1)}
    await home.refused("issue_pin", "ambiguous_access", "access", access="room", **data)
    row = await home.issue(access=home.ids["room unit"])
    assert row["device_id"] == home.device_id("front")
    await home.issue(access="east")


async def test_pin_of_a_box(home: Home) -> None:
    """A box has PINs of its own, of which no list tells."""
    await home.start()
    row = await home.issue(device_id=home.device_id("box"), use="once")
    assert row["access"] == "Locker, Box 1"
    assert row["device_id"] == home.device_id("box")
    pin = home.pin(row)
    assert (pin.place.locker_id, pin.place.box_num) == (home.ids["locker"], "00-01")
    assert pin.once
    await home.deliver()
    assert home.held(row, "locker")
    listed = await home.listed(row, device_id=home.device_id("locker"))
    assert listed["state"] == "active"
    assert listed["device_id"] == home.device_id("box")
    assert await home.listed(row)
    assert "code" not in listed and "qr_code" not in listed and "address" not in listed
    (changed,) = await home.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(days=3)
    )
    assert changed["state"] == "pending"
    await home.deliver()
    held = home.held(row, "locker")
    assert held and held.end == home.pin(row).end > dt_util.utcnow() + timedelta(2)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    assert home.state(row) == "revoking"
    await home.deliver()
    assert home.state(row) == "revoked"
    assert not home.held(row, "locker")


@pytest.mark.parametrize("number_form", ["string", "number"])
async def test_key_by_email(home: Home, number_form: str) -> None:
    """A key is e-mailed, and its address stands nowhere else."""
    home.cloud.set_options(number_form=number_form)
    await home.start()
    data: dict[str, Any] = {
        "device_id": home.device_id("hall"),
        "name": "Anna",
        "credential": "app",
        "end_datetime": later(days=1),
    }
    await home.refused("issue_key", "empty", "email", **data)
    await home.refused("issue_key", "not_an_email", "email", **data, email="anna@")
    await home.refused(
        "issue_key",
        "not_for_a_box",
        "email",
        **{**data, "device_id": home.device_id("box"), "email": EMAIL},
    )
    (row,) = await home.call("issue_key", **data, email=EMAIL)
    (mail,) = home.cloud.mails
    assert mail["to"] == EMAIL
    assert row["credential"] == "app"
    await home.deliver()
    assert home.state(row) == "active"
    (changed,) = await home.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(days=2)
    )
    assert len(home.cloud.mails) == 1


async def test_asterisks_and_get_code(home: Home) -> None:
    """A PIN that the vendor hides is told by an action of its own, once the vendor shows it."""
    home.cloud.set_options(asterisks_in_answers=True)
    await home.start()
    row = await home.issue(device_id=home.device_id("hall"))
    assert "code" not in row
    await home.refused("get_code", "code_hidden", "grant_id", grant_id=row["grant_id"])
    await home.deliver()
    (told,) = await home.call("get_code", grant_id=row["grant_id"])
    assert told["code"] == home.pin(row).code
    assert told["state"] == "active"
    assert "code" not in await home.listed(row)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    await home.deliver()
    await home.refused(
        "get_code", "no_code_there", "grant_id", grant_id=row["grant_id"]
    )
    await home.refused("get_code", "unknown_grant", "grant_id", grant_id="nonsense")


async def test_asterisks_are_no_code_in_use(home: Home) -> None:
    """A hidden PIN is no reason to refuse one, a shown one is."""
    home.cloud.set_options(asterisks="always")
    await home.start()
    await home.issue(code=CODE)
    home.cloud.set_options(asterisks="never")
    rows = home.call(
        "issue_pin",
        device_id=home.device_id("front"),
        name="Berta",
        code=CODE,
        end_datetime=later(days=1),
    )
    with pytest.raises(Exception, match="is there already"):
        await rows
    home.cloud.set_options(asterisks="always")
    await home.issue(code="582016")


async def test_update_and_revoke(home: Home) -> None:
    """A change is pending until the doors have it, and its old end is told until then; so is a revocation."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    (changed,) = await home.call(
        "update_grant",
        grant_id=row["grant_id"],
        name="Berta",
        end_datetime=later(hours=5),
        code=CODE,
    )
    assert changed["state"] == "pending"
    assert changed["code"] == CODE
    assert changed["may_open_until"] == row["end_datetime"]
    assert home.pin(row).holder == f"Berta [{row['grant_id']}.2]"
    await home.deliver()
    held = home.held(row)
    assert held is not None and held.code == CODE
    listed = await home.listed(row)
    assert listed["state"] == "active"
    assert listed["name"] == "Berta"
    assert "may_open_until" not in listed
    (revoked,) = await home.call("revoke_grant", grant_id=row["grant_id"])
    assert revoked["state"] == "revoking"
    await home.deliver()
    assert home.state(row) == "revoked"
    assert home.held(row) is None and home.held(row, "back") is None
    assert home.life[-3:] == ["active", "revoking", "revoked"]


async def test_long_name(home: Home) -> None:
    """A name is cut at the vendor for the marker's sake, and whole here."""
    await home.start()
    name = "Anna-Karin Wilhelmina Andersson-Bergström von Sydow"
    row = await home.issue(name=name)
    assert home.pin(row).holder.startswith(f"{name[:40]} [")
    assert (await home.listed(row))["name"] == name


async def test_issued_elsewhere(home: Home) -> None:
    """What others issued for a unit is listed, not managed, and can be revoked; its code can be told."""
    await home.start()
    pins, place = home.cloud.pins, home.pin
    ours = await home.issue()
    period = (dt_util.utcnow(), dt_util.utcnow() + timedelta(days=1))
    other = pins.issue(
        place(ours).place, period, dt_util.utcnow(), holder="Console", code="771204"
    )
    rows = await home.call("get_grants", device_id=home.device_id("front"))
    (row,) = [each for each in rows if not each["managed"]]
    assert row["name"] == "Console"
    (told,) = await home.call("get_code", grant_id=row["grant_id"])
    assert told["code"] == "771204"
    (revoked,) = await home.call("revoke_grant", grant_id=row["grant_id"])
    assert revoked["state"] == "revoking"
    await home.deliver()
    assert other.is_gone
    assert home.state(row) == "revoked"
    assert home.state(ours) == "active"


async def test_requests_are_bounded(home: Home) -> None:
    """A PIN that begins long after is listed hourly alone, until it can be delivered; a settled one is asked for hourly."""
    await home.start()
    row = await home.issue(start_datetime=later(days=10), end_datetime=later(days=11))
    home.cloud.requests.reset()
    await home.wait(3 * 3600, step=301)
    assert home.state(row) == "pending"
    assert home.asked("getLockPinStatus") == 0
    assert home.asked("getUnitPinList") <= 5
    await home.wait(7 * 24 * 3600, step=4 * 3601)
    assert home.state(row) == "active"
    home.cloud.requests.reset()
    await home.wait(3 * 3600, step=301)
    assert home.asked("getLockPinStatus") <= 4
    assert home.asked("getUnitPinList") <= 4


async def test_answer_lost(home: Home) -> None:
    """A PIN whose answer was lost is found by its marker, and is there once."""
    await home.start()
    path = f"{home.cloud.base_path}v1/createLockPin"
    home.cloud.add_fault(Fault("reset_after", "POST", path, times=1))
    row = await home.issue(code=CODE)
    assert row["state"] == "pending"
    assert len(home.cloud.pins) == 1
    await home.deliver()
    assert home.state(row) == "active"


@pytest.mark.parametrize("device", ["front", "box"])
async def test_device_not_reached(home: Home, device: str) -> None:
    """Where the vendor says that a device is not reached, it may have the PIN all the same: nothing calls it failed."""
    await home.start()
    operation = "createLockerPin" if device == "box" else "createLockPin"
    home.cloud.refusals.append(Refusal("E1012", operation=operation))
    row = await home.issue(device_id=home.device_id(device))
    assert row["state"] == "unknown"
    assert home.asked(operation) == 1
    await home.wait(300)
    # A list tells that there is none; of a box nothing does.
    assert home.state(row) == ("unknown" if device == "box" else "failed")


async def test_answer_lost_without_list(home: Home) -> None:
    """What became of a PIN of a box is not known without an answer: it is neither failed nor issued again."""
    await home.start()
    path = f"{home.cloud.base_path}v1/createLockerPin"
    home.cloud.add_fault(Fault("reset_after", "POST", path, times=1))
    row = await home.issue(device_id=home.device_id("box"), code=CODE)
    assert row["state"] == "unknown"
    await home.wait(1800)
    assert home.state(row) == "unknown"
    assert (await home.listed(row))["state"] == "unknown"
    assert len(home.cloud.pins) == 1
    await home.wait(48 * 3600, step=3601)
    assert home.state(row) == "expired"


@pytest.mark.parametrize("profile", ["overview"])
async def test_overview(home: Home) -> None:
    """By the overview's names a PIN is for a unit's first lock, without name; a unit without lock has none."""
    await home.start()
    await home.refused(
        "issue_pin",
        "unit_without_lock",
        "access",
        access="Shed",
        name="Anna",
        end_datetime=later(days=1),
    )
    row = await home.issue(code=CODE)
    (pin,) = home.cloud.pins.values()
    assert pin.holder == ""
    await home.deliver()
    listed = await home.listed(row)
    assert (listed["state"], listed["name"]) == ("active", "Anna Andersson")
    await home.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(days=4)
    )
    await home.deliver()
    assert home.state(row) == "active"
    assert pin.end > dt_util.utcnow() + timedelta(days=3)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    await home.deliver()
    assert home.state(row) == "revoked"
