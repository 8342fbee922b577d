"""KEYVOX: what an organisation has, told in any of the forms in which the vendor may tell it."""

from collections.abc import AsyncIterator
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.keyvox.wire import WireUnit, moment, number
from custom_components.latchkey.vendors.model import Capability, Device, DeviceKind
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    ServiceUnavailable,
    VendorError,
)
from simulators.keyvox import Refusal
from tests.vendors.keyvox import Organisation, served_organisation


@pytest.fixture
async def organisation(
    socket_enabled: None, pauses: list[float]
) -> AsyncIterator[Organisation]:
    """Return an organisation with two locks, a unit for each, and a locker."""
    async with served_organisation() as organisation:
        yield organisation


def of_kind(devices: tuple[Device, ...], kind: DeviceKind) -> list[Device]:
    """Return the devices of a kind."""
    return [device for device in devices if device.kind is kind]


@pytest.mark.parametrize("number_form", ["mixed", "string", "number"])
@pytest.mark.parametrize("profile", ["portal", "overview"])
async def test_inventory(
    organisation: Organisation, profile: str, number_form: str
) -> None:
    """Locks, lockers with their boxes, and places become devices in both profiles, however numbers are told."""
    organisation.cloud.set_options(number_form=number_form)
    inventory = await organisation.connect(profile).inventory()
    assert inventory.complete
    locks = of_kind(inventory.devices, DeviceKind.LOCK)
    assert [(lock.id, lock.name) for lock in locks] == [
        (lock.id, lock.name) for lock in organisation.cloud.locks.values()
    ]
    assert all(Capability.LOCK in lock.capabilities for lock in locks)
    (locker,) = of_kind(inventory.devices, DeviceKind.LOCKER)
    boxes = of_kind(inventory.devices, DeviceKind.BOX)
    assert [box.label for box in boxes] == [f"00-0{n}" for n in range(1, 7)]
    assert {box.parent_id for box in boxes} == {locker.id}
    places = of_kind(inventory.devices, DeviceKind.PLACE)
    assert [place.name for place in places] == ["House", "Station"]
    ids = [device.id for device in inventory.devices]
    assert len(ids) == len(set(ids))


async def test_lock_of_two_units(organisation: Organisation) -> None:
    """A lock on two units is one device; one on none is there too, since the list of locks has it."""
    cloud = organisation.cloud
    lock_id = next(iter(cloud.locks))
    cloud.add_unit("Suite", next(iter(cloud.sites)), [lock_id])
    alone = cloud.add_lock("Alone")
    inventory = await organisation.connect().inventory()
    ids = [lock.id for lock in of_kind(inventory.devices, DeviceKind.LOCK)]
    assert ids.count(lock_id) == 1
    assert alone.id in ids


async def test_units_of_places_of_one_name(organisation: Organisation) -> None:
    """Where two places have one name, the list of each place's units tells whose a unit is."""
    cloud = organisation.cloud
    other = cloud.add_site("House")
    unit = cloud.add_unit("Annex", other.id)
    keyvox = organisation.connect()
    await keyvox.inventory()
    assert keyvox._units[unit.id].place_id == other.id  # noqa: SLF001  what the parts of the adapter share


async def test_without_lockers(organisation: Organisation) -> None:
    """An organisation with no right to a part of the API has nothing of it, and works."""
    organisation.fault("status", "v1/getLockers", status=404)
    organisation.fault("status", "place/list", status=404)
    inventory = await organisation.connect().inventory()
    assert inventory.complete
    kinds = {device.kind for device in inventory.devices}
    assert kinds == {DeviceKind.LOCK}


@pytest.mark.parametrize("profile", ["portal", "overview"])
async def test_unknown_fields(organisation: Organisation, profile: str) -> None:
    """Of the overview's operations nobody knows the fields: one that wants others is done without, at the portal it is an error."""
    organisation.cloud.refusals.append(
        Refusal("E0005", operation="getLockers", times=None)
    )
    keyvox = organisation.connect(profile)
    if profile == "portal":
        with pytest.raises(InvalidRequest):
            await keyvox.inventory()
        return
    inventory = await keyvox.inventory()
    assert of_kind(inventory.devices, DeviceKind.LOCK)
    assert not of_kind(inventory.devices, DeviceKind.LOCKER)


async def test_outage(organisation: Organisation) -> None:
    """What fails on the way is no absence."""
    organisation.fault("status", "v1/getLockers", status=503)
    with pytest.raises(ServiceUnavailable):
        await organisation.connect().inventory()


@pytest.mark.parametrize(
    ("told", "ids"),
    [
        ("A,B", ["A", "B"]),
        (" A , ", ["A"]),
        ("", []),
        (None, []),
        (["A", "B"], ["A", "B"]),
        (7, ["7"]),
    ],
)
def test_lock_ids(told: Any, ids: list[str]) -> None:
    """The locks of a unit are told in one text, which may be missing."""
    assert WireUnit.parse({"unitId": "1", "lockIds": told}).locks == ids


@settings(max_examples=50)
@given(
    raw=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda each: (
            st.lists(each, max_size=3)
            | st.dictionaries(
                st.sampled_from(["unitId", "lockIds", "unitName", "placeName", "x"]),
                each,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
)
def test_hostile_units(raw: Any) -> None:
    """Whatever a list holds, it is understood or it is not; nothing else happens."""
    try:
        units, _ = WireUnit.parse_all(raw)
    except AnswerNotUnderstood:
        return
    for unit in units:
        assert all(isinstance(each, str) and each for each in unit.locks)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-1", -1), ("", None), ("1.5", None), ("٣", None), ("9" * 13, None)],
)
def test_number(text: str, value: int | None) -> None:
    """A number is one in ASCII digits, and not endless."""
    assert number(text) == value


@pytest.mark.parametrize("text", ["0", "", "-5", "999999999999", "soon"])
def test_no_moment(text: str) -> None:
    """What is no time is none, and 0 is not yet."""
    assert moment(text) is None


async def test_hostile_answers(organisation: Organisation) -> None:
    """An answer in a strange form is an error of the vendor's, and of no other kind."""
    for kind in ("html", "half", "reset"):
        organisation.fault(kind, "v1/getUnits", times=3)
        with pytest.raises(VendorError):
            await organisation.connect().inventory()
        organisation.cloud.clear_faults()
