"""What opens doors is nowhere to be read: states, attributes, events, logs, diagnostics."""

from datetime import timedelta
import json
import logging

from homeassistant.const import MATCH_ALL
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.json import JSONEncoder
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from tests.keyless.home import INVENTORY, LOG, Home


async def diagnosis(home: Home) -> str:
    """Return what is downloaded, as text."""
    raw = await async_get_config_entry_diagnostics(home.hass, home.entry)
    return json.dumps(raw, cls=JSONEncoder, ensure_ascii=False)


def issued(home: Home) -> list[str]:
    """Return all tokens that the platform has issued."""
    return list(home.platform.tokens._issued)  # noqa: SLF001  nothing else tells of them


async def passages_of(home: Home, device_id: str, **data: str) -> list[dict[str, str]]:
    """Return what the action get_passages lists of a device."""
    device = home.device(device_id)
    assert device is not None
    answer = await home.hass.services.async_call(
        DOMAIN,
        "get_passages",
        {"device_id": device.id, **data},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    rows: list[dict[str, str]] = answer["passages"]  # type: ignore[assignment]  # rows of JSON
    return rows


async def test_secrets(
    home: Home, credentials: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Keys and tokens are in no state, event, registry, log or diagnosis, whatever has happened."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    home.hass.bus.async_listen(MATCH_ALL, events.append)
    home.platform.set_options(token_seconds=300)
    person = home.person()
    await home.start()
    assert home.platform.open_by_phone(home.lock_id(), person.id)
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(LOG)
    for kind in ("reset", "half", "html", "redirect", "rate_limit"):
        home.fault(kind)
        with pytest.raises(HomeAssistantError) as caught:
            await home.act("open")
        caplog.records[-1].exc_text = repr(caught.value.__cause__)
        await home.run(130)
        home.platform.clear_faults()
        await home.run(120, 60)
    tokens = issued(home)
    home.platform.api_key = "another"
    await home.run(2 * INVENTORY, 125)
    assert home.reauth_flows() == 1
    told = [await diagnosis(home), caplog.text]
    told += [f"{record.__dict__}" for record in caplog.records]
    told += [f"{state.as_dict()}" for state in home.hass.states.async_all()]
    told += [f"{event.data}" for event in events]
    entry_id = home.entry.entry_id
    devices, entities = dr.async_get(home.hass), er.async_get(home.hass)
    told += [f"{x}" for x in dr.async_entries_for_config_entry(devices, entry_id)]
    told += [f"{x}" for x in er.async_entries_for_config_entry(entities, entry_id)]
    assert tokens
    secrets = [credentials["access_key"], credentials["api_key"], *tokens]
    # A token's signature alone is all that makes it one.
    secrets += [token.rpartition(".")[2] for token in tokens]
    secrets.append(person.access_key)
    text = "\n".join(told)
    assert [secret for secret in secrets if secret in text] == []
    assert "Bearer" not in text


async def test_diagnosis(home: Home, credentials: dict[str, str]) -> None:
    """A diagnosis tells of devices by their ids, and neither of names, serial numbers nor people."""
    person = home.person()
    await home.start()
    await home.act("open")
    home.platform.open_by_phone(home.lock_id(), person.id)
    await home.run(LOG)
    text = await diagnosis(home)
    found = json.loads(text)
    assert found["vendor"] == "keyless"
    assert found["unreachable"] == {}
    assert found["requests"]["requests"] == home.platform.requests.total
    assert found["devices"][home.gateway_id()]["kind"] == "gateway"
    assert found["devices"][home.lock_id()]["kind"] == "locking_device"
    assert "certificate_end" in found["readings"][home.lock_id()]
    private = [*credentials.values(), person.id, "Lock 1", *issued(home)]
    private += [lock.serial_number or "?" for lock in home.platform.locks.values()]
    private += [each.serial_number for each in home.platform.gateways.values()]
    assert [secret for secret in private if secret in text] == []


async def test_get_passages(home: Home) -> None:
    """Passages and all else that a lock logged are listed, by when they were."""
    person, stranger = home.person(), home.platform.add_user(phone=True)
    for user in (person, stranger):
        home.platform.open_by_phone(home.lock_id(), user.id)
        await home.wait(3600)
    home.platform.note(home.lock_id(), "BOOT")
    await home.wait(60)
    await home.start()
    device = home.device(home.lock_id())
    assert device is not None
    rows = await passages_of(home, home.lock_id())
    assert [(row["outcome"], row["method"], row["text"]) for row in rows] == [
        ("granted", "app", "unlock"),
        ("denied", "app", "unlock"),
        ("restart", None, "BOOT"),
    ]
    assert {row["device_id"] for row in rows} == {device.id}
    since = (dt_util.utcnow() - timedelta(minutes=90)).isoformat()
    rows = await passages_of(home, home.lock_id(), start_datetime=since)
    assert [row["outcome"] for row in rows] == ["denied", "restart"]
    until = {"start_datetime": (dt_util.utcnow() - timedelta(days=1)).isoformat()}
    until["end_datetime"] = since
    rows = await passages_of(home, home.lock_id(), **until)
    assert [row["outcome"] for row in rows] == ["granted"]
    assert await passages_of(home, home.lock_id(1)) == []


async def test_get_passages_of_a_placeholder(home: Home) -> None:
    """A lock that is not claimed lets nobody in: that it keeps no log is told, and nothing is sent."""
    lock = home.platform.add_locking_device("Shed", claimed=False)
    await home.start()
    home.platform.requests.reset()
    with pytest.raises(HomeAssistantError) as caught:
        await passages_of(home, lock.id)
    assert caught.value.translation_key == "no_log"
    assert "keeps no log" in str(caught.value)
    assert home.platform.requests.total == 0
