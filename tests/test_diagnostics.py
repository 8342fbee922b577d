"""Diagnostics: what helps to find a fault, and is nobody's secret."""

from collections.abc import Iterator
import json
from typing import Any

from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.helpers.json import JSONEncoder
from syrupy.assertion import SnapshotAssertion

from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from simulators.flexykey.documents import ios
from tests.house import POLL, House, doors
from tests.vendors.helpers import AUTHORIZATION


async def diagnose(house: House) -> dict[str, Any]:
    """Return what is downloaded, after it went through JSON."""
    raw = await async_get_config_entry_diagnostics(house.hass, house.entry)
    downloaded: dict[str, Any] = json.loads(json.dumps(raw, cls=JSONEncoder))
    return downloaded


def secrets(house: House) -> Iterator[str]:
    """Return all that must not be in a diagnosis: names, serial and phone numbers, what was entered."""
    for key in (CONF_USERNAME, CONF_PASSWORD, CONF_URL):
        yield house.entry.data[key]
    yield AUTHORIZATION.removeprefix("Basic ")
    for unit in house.cloud.units.values():
        document = unit.document
        yield document["name"]
        yield document["serialnumber"]
        yield document["ownPhoneOrID"]
        yield document["unitInfo"]
        yield from (expansion["description"] for expansion in document["expansions"])
        yield from (
            io["description"]
            for io in ios(document)
            if io["description"] != io["globalNumber"]
        )


async def test_diagnosis(house: House, snapshot: SnapshotAssertion) -> None:
    """Everything that is known of the account's state is there."""
    house.freezer.move_to("2026-11-21T08:14:50+00:00")
    await house.start(**doors("99998/F2", pulse=7))
    await house.act("switch.turn_on", "99998/F1")
    assert await diagnose(house) == snapshot


async def test_diagnosis_of_trouble(house: House) -> None:
    """What fails is there, and how often."""
    await house.start()
    house.cloud.set_offline(99992, "error")
    await house.wait(POLL)
    diagnosis = await diagnose(house)
    assert diagnosis["unreachable"] == {"99992": "service_unavailable"}
    assert diagnosis["requests"]["service_unavailable"] == 3
    assert diagnosis["requests"]["repeated"] == 2
    assert "99992" not in diagnosis["statuses"]
    assert diagnosis["last_update_success"] is True
    house.fault(kind="status", status=503)
    await house.wait(POLL)
    assert (await diagnose(house))["last_update_success"] is False


async def test_nothing_secret(house: House) -> None:
    """No name, no number of a thing or a person, and nothing that was entered is there."""
    await house.start(**doors("99998/F2"))
    house.cloud.set_offline(99992, "error")
    await house.wait(POLL)
    text = json.dumps(await diagnose(house), ensure_ascii=False)
    told = [secret for secret in secrets(house) if secret in text]
    assert told == []
    assert "99998" in text


async def test_name_that_is_part_of_an_id(house: House) -> None:
    """A device that is no door of a system is called by its id, whatever its name is."""
    house.cloud.units[99998].document["name"] = "99"
    await house.start()
    assert "99998" in (await diagnose(house))["devices"]
