"""The action get_passages: what units logged in a period, for administrators."""

from datetime import timedelta
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from tests.grants_ha.helpers import later
from tests.house import House
from tests.test_actions import person
from tests.unit_data.helpers import (
    EVVA,
    OTHER_UNIT,
    UNIT,
    UNIT_NAME,
    call,
    id_of,
    refused,
)

PASSAGES = "get_passages"
PHONE = "+46701234567"
PULSE = "puls på X-utgång via telefon"


@pytest.fixture
async def running(house: House) -> House:
    """Return a house that is running, with a log of two days."""
    now = dt_util.utcnow()
    for hours, name in ((50, "Anna"), (30, "Bo"), (5, "Cia"), (1, "Dan")):
        house.cloud.add_log(
            UNIT,
            log_msg=PULSE,
            source_id=PHONE,
            source_label=name,
            server_date=now - timedelta(hours=hours),
        )
    await house.start()
    house.cloud.requests.reset()
    return house


async def holders(house: House, **data: Any) -> list[str]:
    """Return who passed, by the action's answer."""
    rows = await call(house, PASSAGES, device_id=id_of(house), **data)
    return [row["holder"] for row in rows]


async def test_last_day(running: House) -> None:
    """Without a period it is the last day, oldest first, with all that is known of each line."""
    running.cloud.restart(UNIT)
    rows = await call(running, PASSAGES, device_id=id_of(running))
    assert [row["holder"] for row in rows] == ["Cia", "Dan", None]
    at = dt_util.now() - timedelta(hours=5)
    assert rows[0] == {
        "device_id": id_of(running),
        "outcome": "granted",
        "occurred_at": at.replace(second=0, microsecond=0).isoformat(),
        "holder": "Cia",
        "method": "phone",
        "credential": "•••67",
        "number": PHONE,
        "reason": None,
        "text": PULSE,
    }
    assert rows[2]["outcome"] == "restart"
    assert rows[2]["number"] is None


async def test_period(running: House) -> None:
    """A period is what lies between its two ends; each may be left out."""
    assert await holders(running, start_datetime=later(hours=-51)) == [
        *("Anna", "Bo", "Cia", "Dan")
    ]
    end = {"end_datetime": later(hours=-20)}
    assert await holders(running, **end) == ["Bo"]
    assert await holders(running, **end, start_datetime=later(hours=-51)) == [
        *("Anna", "Bo")
    ]
    # With a zone it is that zone's time.
    start = (dt_util.utcnow() - timedelta(hours=2)).isoformat()
    assert await holders(running, start_datetime=start) == ["Dan"]


async def test_numbers(running: House) -> None:
    """Administrators get a long number in full; one that might be a PIN is hidden from them, too."""
    for number in ("493817", "48151623", "481516234"):
        running.cloud.type_code(UNIT, number)
    rows = await call(running, PASSAGES, device_id=id_of(running))
    denied = [row for row in rows if row["outcome"] == "denied"]
    assert [(row["number"], row["credential"]) for row in denied] == [
        (None, "•••"),
        (None, "•••"),
        ("481516234", "•••34"),
    ]
    assert "493817" not in str(rows)
    assert "48151623'" not in str(rows)


async def test_several_units(running: House) -> None:
    """The lines of several units come in one list by their time; an expansion stands for its unit."""
    now = dt_util.utcnow()
    running.cloud.add_log(
        OTHER_UNIT,
        log_msg=PULSE,
        source_id=PHONE,
        source_label="Eva",
        server_date=now - timedelta(hours=3),
    )
    part = id_of(running, f"{OTHER_UNIT}-1")
    devices = [id_of(running), part, id_of(running, OTHER_UNIT), id_of(running)]
    rows = await call(running, PASSAGES, device_id=devices)
    assert [(row["holder"], row["device_id"]) for row in rows] == [
        ("Cia", id_of(running)),
        ("Eva", part),
        ("Dan", id_of(running)),
    ]
    assert running.count("GET unitlogs/{unitId}") == 2


async def test_bad_times(running: House) -> None:
    """A period that cannot be is refused by the field that is wrong."""
    unit = {"device_id": id_of(running)}
    start, end = "start_datetime", "end_datetime"
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("ends_before_start", end, {start: later(hours=1)}),
        ("ends_before_start", end, {start: later(hours=-1), end: later(hours=-2)}),
        ("ends_before_start", end, {start: later(hours=-1), end: later(hours=-1)}),
        ("period_too_long", start, {start: later(days=-367)}),
        ("not_a_time", start, {start: "yesterday"}),
        ("not_a_time", start, {start: "1999-01-01 00:00:00"}),
        ("not_a_time", end, {end: 5}),
        ("not_a_time", end, {end: "9999-12-31 23:59:59"}),
        ("unknown_field", "start", {"start": later(hours=-1)}),
    ]
    for key, field, data in wrong:
        await refused(running, PASSAGES, key, field, **unit, **data)
    message = await refused(
        running,
        PASSAGES,
        "period_too_long",
        start,
        **unit,
        start_datetime=later(days=-400),
    )
    assert "366" in message


async def test_longest_period(running: House) -> None:
    """A year is not too long."""
    assert len(await holders(running, start_datetime=later(days=-365))) == 4


async def test_bad_devices(running: House, foreign: str) -> None:
    """A device that is missing, unknown or another integration's is refused."""
    wrong: list[tuple[str, Any]] = [
        ("no_device", []),
        ("no_device", None),
        ("no_device", " "),
        ("unknown_device", "nothing"),
        ("unknown_device", [id_of(running), "nothing"]),
        ("foreign_device", foreign),
        ("not_text", [{}]),
        ("not_text", True),
    ]
    for key, device in wrong:
        await refused(running, PASSAGES, key, "device_id", device_id=device)
    await refused(running, PASSAGES, "no_device", "device_id")


async def test_account_that_is_not_running(running: House) -> None:
    """A device of an account that is not loaded is refused."""
    device = id_of(running)
    await running.hass.config_entries.async_unload(running.entry.entry_id)
    await refused(running, PASSAGES, "not_loaded", "device_id", device_id=device)


async def test_evva(house: House) -> None:
    """A unit that keeps no log is refused by its name, and the others are not asked either."""
    house.cloud.add_evva_unit(EVVA, "Cylinder")
    await house.start()
    devices = [id_of(house), id_of(house, EVVA)]
    message = await refused(house, PASSAGES, "no_log", "device_id", device_id=devices)
    assert "Cylinder" in message


@pytest.mark.parametrize(
    ("status", "key"), [(404, "not_found"), (503, "service_unavailable")]
)
async def test_cloud_fails(running: House, status: int, key: str) -> None:
    """What the cloud cannot tell is an error that names the unit."""
    running.fault(kind="status", path="/v1/unitlogs", status=status)
    with pytest.raises(HomeAssistantError) as failure:
        await holders(running)
    assert failure.value.translation_key == key
    assert UNIT_NAME in str(failure.value)


async def test_without_admin_rights(running: House) -> None:
    """Whoever is no administrator reads nothing, by a script neither."""
    step = {
        "action": "latchkey.get_passages",
        "data": {"device_id": id_of(running)},
        "response_variable": "answer",
    }
    assert await async_setup_component(
        running.hass, "script", {"script": {"detour": {"sequence": [step]}}}
    )
    for group in (GROUP_ID_READ_ONLY, GROUP_ID_USER):
        somebody = await person(running.hass, group)
        for data in ({"device_id": id_of(running)}, {}):
            with pytest.raises(Unauthorized):
                await call(running, PASSAGES, somebody, **data)
        with pytest.raises(Unauthorized):
            await running.hass.services.async_call(
                "script", "detour", blocking=True, context=somebody
            )
    assert running.count("GET unitlogs/{unitId}") == 0


async def test_no_events(running: House) -> None:
    """What is listed on demand is told to nobody else."""
    running.cloud.type_code(UNIT, "111222")
    before = running.hass.states.async_all()
    assert len(await holders(running)) == 3
    assert running.hass.states.async_all() == before
