"""What locks and gateways tell of themselves: certificates, batteries, doors, when they were last heard of."""

from datetime import datetime, timedelta

from homeassistant.const import ATTR_DEVICE_CLASS, STATE_OFF, STATE_ON
from homeassistant.util import dt as dt_util
import pytest

from tests.keyless.home import INVENTORY, READINGS, Home


def is_on(home: Home, key: str) -> str:
    """Return what a binary sensor of the first lock shows."""
    return home.shown("binary_sensor", key).state


def moment(home: Home, key: str, device_id: str | None = None) -> datetime:
    """Return the time that a sensor shows, of the first lock unless told otherwise."""
    found = dt_util.parse_datetime(home.shown("sensor", key, device_id).state)
    assert found is not None
    return found


def now() -> datetime:
    """Return the time in whole seconds, as it is logged."""
    return dt_util.utcnow().replace(microsecond=0)


async def test_certificates(home: Home) -> None:
    """Until when a lock's certificates hold is shown from the start, and follows."""
    lock = home.platform.locks[home.lock_id()]
    await home.start()
    for key, profile in (
        ("certificate_end", "OPERATIONAL"),
        ("manufacturing_certificate_end", "MANUFACTURING"),
    ):
        end = lock.certificates[profile].expiration  # type: ignore[index]  # one of the two profiles
        assert abs(moment(home, key) - end) < timedelta(seconds=1)
        assert home.shown("sensor", key).attributes[ATTR_DEVICE_CLASS] == "timestamp"
    new = now() + timedelta(days=30)
    home.platform.locks.set_certificate(lock.id, expiration=new)
    await home.run(INVENTORY, 125)
    assert moment(home, "certificate_end") == new


@pytest.mark.parametrize("profile", ["OPERATIONAL", "MANUFACTURING"])
async def test_re_keying(home: Home, profile: str) -> None:
    """A certificate that is to be replaced or was revoked is a problem, and none once it is replaced."""
    await home.start()
    assert is_on(home, "re_keying_due") == is_on(home, "revoked") == STATE_OFF
    assert home.shown("binary_sensor", "revoked").attributes["device_class"] == (
        "problem"
    )
    for eligible, revoked in ((True, False), (False, True), (False, False)):
        home.platform.locks.set_certificate(
            home.lock_id(),
            profile,  # type: ignore[arg-type]  # one of the two profiles
            eligible=eligible,
            revoked=revoked,
        )
        await home.run(INVENTORY, 125)
        assert is_on(home, "re_keying_due") == (STATE_ON if eligible else STATE_OFF)
        assert is_on(home, "revoked") == (STATE_ON if revoked else STATE_OFF)


async def test_re_keyed_by_a_phone(home: Home) -> None:
    """A phone that passes replaces the certificate; what was due is done."""
    person = home.person()
    home.platform.locks.set_certificate(home.lock_id(), eligible=True)
    await home.start()
    before = moment(home, "certificate_end")
    assert is_on(home, "re_keying_due") == STATE_ON
    await home.wait(3600)
    assert home.platform.open_by_phone(home.lock_id(), person.id)
    await home.run(INVENTORY, 125)
    assert is_on(home, "re_keying_due") == STATE_OFF
    assert moment(home, "certificate_end") > before


async def test_battery(home: Home) -> None:
    """A battery is low from the entry that says so until the lock has booted; before, nothing is known."""
    await home.start()
    assert home.entity_id("binary_sensor", "battery_low") is None
    home.platform.battery_low(home.lock_id())
    await home.wait(2)
    await home.wait(READINGS)
    state = home.shown("binary_sensor", "battery_low")
    assert (state.state, state.attributes[ATTR_DEVICE_CLASS]) == (STATE_ON, "battery")
    home.platform.note(home.lock_id(), "CLOCK_CHANGED")
    await home.wait(2)
    await home.wait(READINGS)
    assert is_on(home, "battery_low") == STATE_ON
    home.platform.note(home.lock_id(), "BOOT")
    await home.wait(2)
    await home.wait(READINGS)
    assert is_on(home, "battery_low") == STATE_OFF
    assert home.entity_id("binary_sensor", "battery_low", home.lock_id(1)) is None


async def test_battery_before_the_start(home: Home) -> None:
    """A battery that was low before Home Assistant started is low."""
    home.platform.battery_low(home.lock_id())
    await home.wait(86_400)
    await home.start()
    assert is_on(home, "battery_low") == STATE_ON


async def test_late_battery(home: Home) -> None:
    """An old warning that comes after the boot which followed it warns of nothing."""
    await home.start()
    home.platform.battery_low(home.lock_id(), delay=7200)
    await home.wait(60)
    home.platform.note(home.lock_id(), "BOOT")
    await home.run(3600, 300)
    assert is_on(home, "battery_low") == STATE_OFF
    await home.run(7200, 300)
    assert is_on(home, "battery_low") == STATE_OFF


async def test_last_contact(home: Home) -> None:
    """A gateway was last awake when it last wrote that down; before it ever was, nothing is known."""
    gateway_id = home.gateway_id()
    await home.start()
    assert home.entity_id("sensor", "last_contact", gateway_id) is None
    for _ in range(2):
        at = now()
        home.platform.touch(home.lock_id())
        await home.wait(2)
        await home.wait(READINGS)
        assert moment(home, "last_contact", gateway_id) == at


async def test_doors(home: Home) -> None:
    """The doors at a gateway are as they were when it was last awake."""
    gateway_id = home.gateway_id()
    await home.start()
    for one, two in (("CLOSED", "OPEN"), ("OPEN", "CLOSED"), ("CLOSED", "AJAR")):
        home.platform.gateways.set_door(gateway_id, 1, one)
        home.platform.gateways.set_door(gateway_id, 2, two)
        home.platform.wake(gateway_id, "HEARTBEAT")
        await home.wait(2)
        await home.wait(READINGS)
        for number, told in ((1, one), (2, two)):
            state = home.shown("binary_sensor", f"door_{number}", gateway_id)
            assert state.state == (STATE_OFF if told == "CLOSED" else STATE_ON)
            assert state.attributes[ATTR_DEVICE_CLASS] == "door"
            assert state.name.endswith(f"Door {number}")
    # An entry that does not tell of doors changes nothing.
    home.platform.change_network(gateway_id)
    await home.wait(2)
    await home.wait(READINGS)
    assert home.shown("binary_sensor", "door_2", gateway_id).state == STATE_ON


async def test_last_passage(home: Home) -> None:
    """The last passage is the last that was granted, by whatever opened."""
    person, stranger = home.person(), home.platform.add_user(phone=True)
    await home.start()
    assert home.entity_id("sensor", "last_passage") is None
    at = now()
    assert home.platform.open_by_phone(home.lock_id(), person.id)
    await home.wait(60)
    assert not home.platform.open_by_phone(home.lock_id(), stranger.id)
    assert home.platform.lock_by_phone(home.lock_id(), person.id)
    await home.wait(2)
    await home.wait(READINGS)
    assert moment(home, "last_passage") == at
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.wait(6)
    await home.run(READINGS, 50)
    assert moment(home, "last_passage") > at


async def test_last_passage_behind_many(home: Home) -> None:
    """Whoever is turned away many times hides neither the last passage nor a low battery."""
    person, stranger = home.person(), home.platform.add_user(phone=True)
    at = now()
    assert home.platform.open_by_phone(home.lock_id(), person.id)
    home.platform.battery_low(home.lock_id())
    for _ in range(30):
        await home.wait(60)
        home.platform.open_by_phone(home.lock_id(), stranger.id)
        home.platform.note(home.lock_id(), "CLOCK_CHANGED")
    await home.wait(10)
    await home.start()
    assert moment(home, "last_passage") == at
    assert is_on(home, "battery_low") == STATE_ON
