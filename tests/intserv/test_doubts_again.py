"""Doubts about IntServ's grants that are met once more: by another repetition, by another grant, by a revocation."""

import asyncio
import secrets

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import CONF_EXPIRY_NOTICE
from tests.intserv.grants import (
    ADD_KEY,
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


async def test_end_of_one_that_was_there(systems: Systems) -> None:
    """The end that a grant comes to have by being issued once more is told ahead, as that of each."""
    await systems.start(**{CONF_EXPIRY_NOTICE: 3})
    told: list[tuple[str, str]] = []

    def listen() -> None:
        keeper(systems).async_listen_events(
            lambda kind, record: told.append((kind, record.grant_id))
        )

    listen()
    row = await card(systems, end_datetime=later(hours=2))
    await systems.wait(SOON)
    assert told.count(("expiring", row["grant_id"])) == 1
    await systems.restart()
    listen()
    with pytest.raises(HomeAssistantError):
        await card(systems, end_datetime=later(hours=2, minutes=30))
    await systems.wait(SOON)
    assert told.count(("expiring", row["grant_id"])) == 2


async def test_repeated_more_than_once(systems: Systems) -> None:
    """What is repeated is what was asked for last, not the longest of all."""
    await systems.start()
    row = await doubted(systems)
    ends = later(days=3), later(days=1)
    for end in ends:
        systems.fault("reset", ADD_KEY, times=1)
        again = await change(systems, row, code="EM:4242", end_datetime=end)
        assert again["state"] == "unknown"
    await change(systems, row, code="EM:4242")
    (key,) = keys(systems, "Gun")
    asked_for = dt_util.parse_datetime(ends[-1])
    assert asked_for is not None
    assert key.rights.valid_to == dt_util.as_utc(asked_for)


async def test_code_of_another_grant(systems: Systems) -> None:
    """A doubt is not taken back by a code that is another grant's by now: that one would be gone, untold."""
    await systems.start()
    row = await doubted(systems)
    await systems.restart()
    other = await card(systems)
    await refused(
        systems,
        "code_of_other_grant",
        "code",
        revoke(systems, row, code="0x0000001092"),
    )
    assert await state(systems, other) == "pending"
    assert len(keys(systems, "Gun")) == 1


async def test_repeated_while_it_is_taken_back(systems: Systems) -> None:
    """What was taken back meanwhile is not issued again."""
    await systems.start()
    row = await doubted(systems)
    await systems.restart()
    gone = asyncio.create_task(revoke(systems, row, code="EM:4242", confirm=True))
    while not systems.count("accesskeys/remove") and not gone.done():
        await asyncio.sleep(0)
    with pytest.raises(HomeAssistantError) as caught:
        await change(systems, row, code="EM:4242", confirm=True)
    assert caught.value.translation_key == "conflict_grant"
    assert (await gone)["state"] == "revoking"
    assert not keys(systems, "Gun")


async def test_revocation_by_code_that_fails(systems: Systems) -> None:
    """What stands in the way of a revocation by code alone is told as everywhere, and the doubt remains."""
    await systems.start()
    row = await doubted(systems)
    systems.fault("status", "accesskeys/remove", status=429, times=1)
    with pytest.raises(HomeAssistantError) as caught:
        await revoke(systems, code="0x0000001092", credential="tag")
    assert caught.value.translation_key == "rate_limited"
    assert await state(systems, row) == "unknown"
    gone = await revoke(systems, code="0x0000001092", credential="tag")
    assert (gone["grant_id"], gone["state"]) == (row["grant_id"], "revoking")
    assert not keys(systems, "Gun")


async def test_made_here_beside_a_doubt(
    systems: Systems, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code that is made here is not by chance one in doubt, whose grant would become the new guest's."""
    await systems.start()
    systems.fault("reset_after", ADD_KEY, times=1)
    row = await pin(systems, code="483921")
    digits = iter("483921" + "739164")
    monkeypatch.setattr(secrets, "choice", lambda _: next(digits))
    other = await pin(systems, name="Bo Ek")
    assert other["grant_id"] != row["grant_id"]
    assert other["code"] == "739164"


async def test_wrong_code(systems: Systems) -> None:
    """A doubt that is closed by the code of an older grant remains, and that is told."""
    await systems.start()
    older = await card(systems, code="EM:777001", name="Cid Ek")
    await systems.wait(SOON)
    row = await doubted(systems)
    await systems.restart()
    with pytest.raises(HomeAssistantError) as caught:
        await change(systems, row, code="EM:777001", confirm=True)
    assert caught.value.translation_key == "doubt_remains"
    assert caught.value.translation_placeholders is not None
    assert caught.value.translation_placeholders["grant_id"] == older["grant_id"]
    assert await state(systems, row) == "unknown"
    await change(systems, row, code="EM:4242", confirm=True)
    assert await state(systems, row) == "pending"
    assert len(await listed(systems)) == 2


async def test_among_others(systems: Systems) -> None:
    """A doubt without its code keeps no other grant from being taken back."""
    await systems.start()
    row = await doubted(systems)
    other = await card(systems, code="EM:777001", name="Cid Ek")
    await systems.restart()
    answer = await systems.act(
        "revoke_grant", grant_id=[row["grant_id"], other["grant_id"]]
    )
    refusal, gone = answer["grants"]
    assert "code" in refusal["error"]
    assert gone["state"] == "revoking"
    assert not keys(systems, "Cid")


async def test_repair(systems: Systems) -> None:
    """A doubt that nobody but the user can end is told of until it is ended."""
    await systems.start()

    def told() -> set[str | None]:
        issues = ir.async_get(systems.hass).issues
        return {
            each.translation_key for (_, key), each in issues.items() if "doubt" in key
        }

    row = await doubted(systems)
    assert told() == {"grant_in_doubt"}
    await systems.restart()
    assert told() == {"grant_in_doubt"}
    await change(systems, row, code="EM:4242", confirm=True)
    assert told() == set()
    systems.fault("reset_after", ADD_KEY, times=1)
    await change(systems, row, end_datetime=later(days=1))
    assert told() == {"change_in_doubt"}
    await change(systems, row)
    assert told() == set()


async def test_older_grant_of_a_remembered_code(systems: Systems) -> None:
    """A doubt whose code is remembered is that of the older grant with the same code, and ends as that."""
    await systems.start()
    older = await card(systems, name="Cid Ek")
    await systems.wait(SOON)
    await systems.restart()
    row = await doubted(systems)
    assert row["grant_id"] != older["grant_id"]
    with pytest.raises(HomeAssistantError) as caught:
        await card(systems)
    assert caught.value.translation_key == "code_was_there"
    assert set(await listed(systems)) == {older["grant_id"]}
