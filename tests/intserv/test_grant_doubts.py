"""An issue that nobody answered: IntServ cannot be asked, but the same code is the same grant."""

import json
import re
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from tests.intserv.grants import (
    ADD_KEY,
    GRACE,
    SOON,
    card,
    change,
    doubted,
    keeper,
    keys,
    later,
    listed,
    pin,
    refused,
    revoke,
    state,
)
from tests.intserv.home import Systems

LOST = {"reset_after": True, "reset": False}
"""The faults after which nobody knows, and whether the cloud did what was asked."""


@pytest.mark.parametrize(("kind", "is_done"), LOST.items())
async def test_repeated(systems: Systems, kind: str, is_done: bool) -> None:
    """It stays in doubt, and is not sent again by itself; the same action with the same code closes it."""
    await systems.start()
    row = await doubted(systems, kind)
    assert len(keys(systems, "Gun")) == is_done
    await systems.run(GRACE, 61)
    assert await state(systems, row) == "unknown"
    assert systems.count(ADD_KEY) == 1
    again = await card(systems, code="0x0000001092")
    assert (again["grant_id"], again["state"]) == (row["grant_id"], "pending")
    await systems.wait(SOON)
    assert await state(systems, row) == "active"
    assert len(await listed(systems)) == len(keys(systems, "Gun")) == 1


async def test_other_code(systems: Systems) -> None:
    """Another code is another grant: the doubt remains, until it is taken back."""
    await systems.start()
    row = await doubted(systems)
    other = await card(systems, code="EM:777001")
    assert other["grant_id"] != row["grant_id"]
    assert await state(systems, row) == "unknown"
    action = change(systems, row, code="EM:777001")
    await refused(systems, "not_the_code_in_doubt", "code", action)
    action = revoke(systems, row, code="EM:777001")
    await refused(systems, "not_the_code_in_doubt", "code", action)
    # Its code is remembered.
    assert (await revoke(systems, row))["state"] == "revoking"
    assert len(keys(systems, "Gun")) == 1
    await systems.run(GRACE, 61)
    assert await state(systems, row) is None


@pytest.mark.parametrize(("kind", "is_done"), LOST.items())
async def test_closed_after_a_restart(
    systems: Systems, kind: str, is_done: bool
) -> None:
    """After a restart no code is remembered: the grant and its code together close the doubt."""
    await systems.start()
    row = await doubted(systems, kind, pin="1357")
    await systems.restart()
    assert await state(systems, row) == "unknown"
    await refused(systems, "give_again", "pin", change(systems, row, code="EM:4242"))
    action = change(systems, row, pin="1357")
    await refused(systems, "code_of_doubt_needed", "code", action)
    await refused(systems, "code_of_doubt_needed", "code", revoke(systems, row))
    action = change(systems, row, code="EM:4242", pin="1357")
    await refused(systems, "confirm_code_of_doubt", "confirm", action)
    closed = await change(
        systems,
        row,
        code="EM:4242",
        pin="1357",
        end_datetime=later(days=3),
        confirm=True,
    )
    assert (closed["grant_id"], closed["state"]) == (row["grant_id"], "pending")
    (key,) = keys(systems, "Gun")
    assert key.rights.valid_to is not None
    await systems.wait(SOON)
    assert await state(systems, row) == "active"
    await revoke(systems, row)
    assert not keys(systems, "Gun")


@pytest.mark.parametrize(("kind", "is_done"), LOST.items())
async def test_revoked_after_a_restart(
    systems: Systems, kind: str, is_done: bool
) -> None:
    """It is taken back by its code; where there is nothing, that may still come for a while."""
    await systems.start()
    row = await doubted(systems, kind)
    await systems.restart()
    if not is_done:
        with pytest.raises(HomeAssistantError) as caught:
            await revoke(systems, row, code="EM:4242", confirm=True)
        assert caught.value.translation_key == "not_found_grant"
        assert await state(systems, row) == "unknown"
        await systems.run(GRACE, 61)
    action = revoke(systems, row, code="EM:4242")
    await refused(systems, "confirm_code_of_doubt", "confirm", action)
    gone = await revoke(systems, row, code="EM:4242", confirm=True)
    assert gone["state"] == "revoking"
    assert not keys(systems, "Gun")
    assert await state(systems, row) == "revoking"
    await systems.run(GRACE, 61)
    assert not await listed(systems)


async def test_revocation_in_doubt(systems: Systems) -> None:
    """A removal by code is not repeated by itself; one by id is."""
    await systems.start()
    row = await doubted(systems)
    systems.fault("reset", "accesskeys/remove", times=1)
    assert (await revoke(systems, row))["state"] == "revoking"
    await systems.run(GRACE, 61)
    assert await state(systems, row) == "revoking"
    assert systems.count("accesskeys/remove") == 1
    assert (await revoke(systems, row))["state"] == "revoking"
    await systems.run(GRACE, 61)
    assert await state(systems, row) is None
    settled = await pin(systems)
    systems.fault("reset", "accesskeys/remove", times=1)
    assert (await revoke(systems, settled))["state"] == "revoking"
    await systems.run(3 * GRACE, 61)
    assert await state(systems, settled) is None
    assert not keys(systems, "Gun")


async def test_issued_twice_after_a_restart(systems: Systems) -> None:
    """A code that is no longer remembered leads to the same key: both are one grant, and that is told."""
    await systems.start()
    row = await card(systems)
    await systems.restart()
    with pytest.raises(HomeAssistantError) as caught:
        await card(systems, name="Bo Ek", end_datetime=later(days=1))
    assert caught.value.translation_key == "code_was_there"
    assert row["grant_id"] in str(caught.value.translation_placeholders)
    (only,) = (await listed(systems)).values()
    assert (only["grant_id"], only["name"]) == (row["grant_id"], "Bo Ek")
    (key,) = keys(systems, "Gun")
    assert key.rights.valid_to is not None


async def test_doubt_and_repetition_after_a_restart(systems: Systems) -> None:
    """A doubt whose action was repeated after a restart is closed as the grant that this made."""
    await systems.start()
    row = await doubted(systems)
    await systems.restart()
    again = await card(systems)
    assert again["grant_id"] != row["grant_id"]
    assert set(await listed(systems)) == {row["grant_id"], again["grant_id"]}
    with pytest.raises(HomeAssistantError) as caught:
        await change(systems, row, code="EM:4242", confirm=True)
    assert caught.value.translation_key == "conflict_grant"
    await systems.restart()
    with pytest.raises(HomeAssistantError):
        await change(systems, row, code="EM:4242", confirm=True)
    assert set(await listed(systems)) == {again["grant_id"]}


async def test_refused_repetition(systems: Systems) -> None:
    """A repetition that is refused leaves the doubt as it was."""
    await systems.start()
    row = await doubted(systems)
    systems.fault("status", ADD_KEY, status=400, times=1)
    with pytest.raises(HomeAssistantError):
        await card(systems, end_datetime=later(days=1))
    told = (await listed(systems))[row["grant_id"]]
    assert (told["state"], told["end_datetime"]) == ("unknown", None)
    await card(systems)
    assert await state(systems, row) == "pending"


async def test_changed_in_doubt(systems: Systems) -> None:
    """A change that nobody answered stays in doubt until it is repeated."""
    await systems.start()
    row = await card(systems)
    await systems.wait(SOON)
    end = later(days=2)
    systems.fault("reset_after", ADD_KEY, times=1)
    assert (await change(systems, row, end_datetime=end))["state"] == "unknown"
    await systems.run(GRACE, 61)
    assert await state(systems, row) == "unknown"
    assert systems.count(ADD_KEY) == 2
    again = await change(systems, row, name="Gun Eriksson")
    assert (again["state"], again["name"]) == ("pending", "Gun Eriksson")
    (key,) = keys(systems, "Gun")
    asked_for = dt_util.parse_datetime(end)
    assert asked_for is not None
    assert key.rights.valid_to == dt_util.as_utc(asked_for)
    await systems.wait(SOON)
    assert await state(systems, row) == "active"


async def test_secrets(
    systems: Systems, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """No code, card number or PIN is kept, logged, or shown, whatever goes wrong."""
    caplog.set_level("DEBUG")
    await systems.start()
    await doubted(systems, pin="1357", code="EM:98765432")
    await pin(systems, code="483921")
    systems.fault("status", ADD_KEY, status=400, times=1)
    with pytest.raises(HomeAssistantError) as caught:
        await card(systems, code="MC:5550123", name="Bo Ek")
    systems.fault("reset_after", ADD_KEY, times=1)
    with pytest.raises(HomeAssistantError) as other:
        await card(systems, code="EM:98765432|MC:12", name="Bo Ek", pin="x357")
    await systems.wait(SOON)
    codes = repr(keeper(systems).book.codes)
    await systems.hass.config_entries.async_unload(systems.entry.entry_id)
    kept = {key: each for key, each in hass_storage.items() if "latchkey" in key}
    assert len(kept) == 2
    told = [
        json.dumps(kept, default=str),
        caplog.text,
        str([state.as_dict() for state in systems.hass.states.async_all()]),
        f"{caught.value!r} {other.value!r}",
        codes,
    ]
    for secret in ("98765432", "1357", "483921", "5550123"):
        for number, text in enumerate(told):
            assert not re.search(rf"\b{secret}\b", text), number
