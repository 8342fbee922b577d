"""Users, their phones and invitations where something is wrong: what is in doubt is read back, what is kept outlives a restart."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
import pytest

from custom_components.latchkey.const import DOMAIN
from tests.keyless.home import Home
from tests.keyless.test_grants import app, call, refused

LISTED = 6
"""Seconds after which lists are read anew."""
UNKNOWN = "3a7d9f10-1b4c-4d2e-9a55-7c2e9e0f5f55"


async def failed(home: Home, action: str, key: str, /, **data: Any) -> None:
    """Assert that an action fails with an error."""
    with pytest.raises(HomeAssistantError) as caught:
        await call(home, action, **data)
    assert caught.value.translation_key == key


async def user(home: Home, user_id: str) -> dict[str, Any]:
    """Return the row of a user; nothing where there is none."""
    users = (await call(home, "get_users"))["users"]
    return next((each for each in users if each["user_id"] == user_id), {})


async def reload(home: Home) -> None:
    """Unload the account and set it up again."""
    assert await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.settle()


async def test_restart(home: Home) -> None:
    """Names and invitations are known after a restart; an invitation until its end, and without its code."""
    await home.start()
    row = await app(home, invitation="answer", invitation_days=2)
    invitation = row["invitation"]
    await reload(home)
    known = await user(home, row["user_id"])
    assert known["name"] == "Anna"
    assert known["invitations"] == [
        {"invitation_id": invitation["invitation_id"], "ends": invitation["ends"]}
    ]
    await home.wait(2 * 24 * 3600 + 1)
    assert (await user(home, row["user_id"]))["invitations"] == []
    await reload(home)
    known = await user(home, row["user_id"])
    assert (known["name"], known["invitations"]) == ("Anna", [])


@pytest.mark.parametrize("kind", ["reset_after", "html_after", "half"])
async def test_deletion_without_answer(home: Home, kind: str) -> None:
    """A user and a phone whose deletion has no answer are looked for, and are gone; each was deleted once."""
    await home.start()
    user_id = (await app(home))["user_id"]
    phone = home.platform.add_operating_device(user_id)
    await home.wait(LISTED)
    home.fault(kind, "operating-device/", method="DELETE", times=1)
    await call(home, "delete_operating_device", operating_device_id=phone.id)
    assert (await user(home, user_id))["operating_devices"] == []
    home.fault(kind, "user/", method="DELETE", times=1)
    await call(home, "delete_user", user_id=user_id, confirm=True)
    assert user_id not in home.platform.people.users
    assert await user(home, user_id) == {}
    assert home.count("DELETE operating-device/{id}") == 1
    assert home.count("DELETE user/{id}") == 1


@pytest.mark.parametrize("can_be_read", [True, False])
async def test_deletion_that_did_not_arrive(home: Home, can_be_read: bool) -> None:
    """A user and a phone that are there still, or may be, are not said to be deleted; nothing is sent again."""
    await home.start()
    user_id = (await app(home))["user_id"]
    phone = home.platform.add_operating_device(user_id)
    await home.wait(LISTED)
    for kind, action, data in (
        (
            "operating-device",
            "delete_operating_device",
            {"operating_device_id": phone.id},
        ),
        ("user", "delete_user", {"user_id": user_id, "confirm": True}),
    ):
        home.fault("reset", f"{kind}/", method="DELETE", times=1)
        if not can_be_read:
            # What is read before the deletion is read well.
            home.fault("delay", "user", method="GET", seconds=0, times=1)
            home.fault("status", "user", method="GET", status=503)
        await failed(home, action, "outcome_unknown_deletion", **data)
        home.platform.clear_faults()
        assert home.count(f"DELETE {kind}/{{id}}") == 1
    assert (await user(home, user_id))["operating_devices"] == [phone.id]


async def test_user_made_for_nothing(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a refused grant's new user cannot be taken back, the log tells that."""
    await home.start()
    before = set(home.platform.people.users)
    home.fault("status", "permission", method="POST", status=400)
    home.fault("status", "user/", method="DELETE", status=400)
    with pytest.raises(HomeAssistantError) as caught:
        await app(home)
    assert caught.value.translation_key == "invalid_request_grant"
    (stays,) = set(home.platform.people.users) - before
    assert "A user who was made for nothing stays" in caplog.text
    assert (await user(home, stays))["operating_devices"] == []


async def test_invitation_that_is_gone(home: Home) -> None:
    """An invitation of ours that is gone is as good as taken back; one that nobody knows is refused by its field."""
    await home.start()
    row = await app(home, invitation="answer")
    invitation_id = row["invitation"]["invitation_id"]
    home.platform.people.invitations.clear()
    await call(home, "revoke_invitation", invitation_id=invitation_id)
    assert (await user(home, row["user_id"]))["invitations"] == []
    for unknown in (invitation_id, UNKNOWN):
        await failed(
            home, "revoke_invitation", "unknown_invitation", invitation_id=unknown
        )


async def test_wrong_fields(home: Home) -> None:
    """Users, invitations and phones that there are not are refused by the field; so is what cannot be invited."""
    await home.start()
    user_id = (await app(home))["user_id"]
    for fields, key, field in (
        ({}, "empty", "invitation"),
        ({"invitation": "sms"}, "empty", "phone"),
        ({"invitation": "sms", "phone": "0701234567"}, "not_a_phone", "phone"),
    ):
        await refused(home, "invite_user", key, field, user_id=user_id, **fields)
    for action, data in (
        ("invite_user", {"invitation": "answer"}),
        ("name_user", {"name": "Berta"}),
        ("delete_user", {"confirm": True}),
    ):
        await refused(home, action, "unknown_user", "user_id", user_id=UNKNOWN, **data)
    await refused(
        home,
        "delete_operating_device",
        "unknown_operating_device",
        "operating_device_id",
        operating_device_id=UNKNOWN,
    )
    with pytest.raises(HomeAssistantError) as caught:
        # Without an answer nobody would see the code.
        await home.hass.services.async_call(
            DOMAIN,
            "invite_user",
            {"user_id": user_id, "invitation": "answer"},
            blocking=True,
        )
    assert caught.value.translation_key == "code_would_be_lost"
    assert home.count("POST operating-device/invitation") == 0


async def test_names_that_cannot_be_written(
    hass: HomeAssistant,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A name that cannot be written is known until the next start; nobody new is made for a grant meanwhile."""
    await home.start()
    known = home.platform.add_user()
    before = set(home.platform.people.users)

    async def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        await call(home, "name_user", user_id=known.id, name="Berta")
        assert (await user(home, known.id))["name"] == "Berta"
        assert "The names of users could not be written" in caplog.text
        with pytest.raises(HomeAssistantError):
            await app(home)
    assert set(home.platform.people.users) == before
