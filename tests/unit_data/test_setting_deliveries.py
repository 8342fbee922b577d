"""Deliveries of changed settings: asked for until the unit has the change."""

from typing import Any

from tests.grants_ha.helpers import GATHERED
from tests.house import POLL, House
from tests.unit_data.helpers import HOUR, UNIT, change, reload
from tests.unit_data.settings import PULSE, deliver, held


async def test_failed_delivery(changeable: House) -> None:
    """A delivery that fails is asked for again, until the unit has the change."""
    changeable.cloud.set_sync_ending(UNIT, "fail", times=1)
    await change(changeable, "number.set_value", PULSE, value=30)
    await deliver(changeable)
    assert held(changeable)["DefaultRelayPulse"] == 15
    await changeable.wait(11)
    await deliver(changeable)
    assert held(changeable)["DefaultRelayPulse"] == 30
    pushed = changeable.count("POST UnitSync/PushChanges")
    assert pushed == 2
    await changeable.wait(HOUR)
    assert changeable.count("POST UnitSync/PushChanges") == pushed


async def test_end_that_is_not_seen(changeable: House) -> None:
    """A delivery that failed while the cloud could not be asked is asked for again, too."""
    changeable.cloud.set_sync_ending(UNIT, "fail", times=1)
    await change(changeable, "number.set_value", PULSE, value=30)
    await changeable.wait(GATHERED)
    changeable.fault(kind="status", path="/v1/UnitSync/Status", status=503)
    for _ in range(4):
        await changeable.wait(POLL)
    changeable.cloud.clear_faults()
    for _ in range(30):
        await changeable.wait(POLL)
    assert held(changeable)["DefaultRelayPulse"] == 30


async def test_unit_offline(house: House) -> None:
    """A unit that is offline for half an hour gets the change when it is back."""
    await house.start(poll_interval=900)
    house.cloud.set_offline(UNIT, "stale")
    await change(house, "number.set_value", PULSE, value=30)
    for _ in range(90):
        await house.wait(20)
    assert held(house)["DefaultRelayPulse"] == 15
    house.cloud.set_offline(UNIT, None)
    for _ in range(60):
        await house.wait(20)
    assert held(house)["DefaultRelayPulse"] == 30


async def test_restart_before_the_delivery(
    changeable: House, hass_storage: dict[str, Any]
) -> None:
    """A change that a restart kept from the unit is delivered afterwards; with the account that is forgotten."""
    await change(changeable, "number.set_value", PULSE, value=30)
    await reload(changeable)
    assert held(changeable)["DefaultRelayPulse"] == 15
    for _ in range(4):
        await deliver(changeable)
    assert held(changeable)["DefaultRelayPulse"] == 30
    pushed = changeable.count("POST UnitSync/PushChanges")
    await changeable.wait(HOUR + POLL)
    await reload(changeable)
    await deliver(changeable)
    assert changeable.count("POST UnitSync/PushChanges") == pushed
    await changeable.hass.config_entries.async_remove(changeable.entry.entry_id)
    await changeable.settle()
    assert f"latchkey.settings.{changeable.entry.entry_id}" not in hass_storage


async def test_change_during_a_delivery(changeable: House) -> None:
    """A change while an earlier one is delivered is delivered after it."""
    await change(changeable, "number.set_value", PULSE, value=30)
    await changeable.wait(GATHERED)
    await change(changeable, "number.set_value", PULSE, value=31)
    for _ in range(4):
        await deliver(changeable)
    assert held(changeable)["DefaultRelayPulse"] == 31
