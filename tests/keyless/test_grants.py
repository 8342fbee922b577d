"""Permissions and offline keys by the actions: who may open, until when, and what is told of it."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import DOMAIN
from tests.keyless.home import LOG, Home

type Row = dict[str, Any]

TICK = 61
"""Seconds after which what is in doubt has certainly been looked into."""


def later(**delta: float) -> str:
    """Return a time from now on."""
    return (dt_util.now() + timedelta(**delta)).isoformat(timespec="seconds")


def lock(home: Home, place: int = 0) -> str:
    """Return what Home Assistant knows a lock by."""
    device = home.device(home.lock_id(place))
    assert device is not None
    return device.id


async def call(home: Home, action: str, /, **data: Any) -> dict[str, Any]:
    """Call an action, and return its answer."""
    answer = await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert answer is not None
    return dict(answer)


async def rows(home: Home, action: str, /, **data: Any) -> list[Row]:
    """Call an action on grants, and return its rows."""
    found: list[Row] = (await call(home, action, **data))["grants"]
    return found


async def app(home: Home, **data: Any) -> Row:
    """Let somebody open the first lock by an app for three days."""
    wanted = {
        "device_id": lock(home),
        "credential": "app",
        "name": "Anna",
        "end_datetime": later(days=3),
        **data,
    }
    (row,) = await rows(home, "issue_key", **wanted)
    return row


def changes(home: Home) -> dict[str, int]:
    """Return how often the platform was asked to change something."""
    return {
        request: count
        for request, count in home.platform.requests.counts.items()
        if not request.startswith("GET ") and not request.endswith("login")
    }


async def refused(home: Home, action: str, key: str, field: str, /, **data: Any) -> str:
    """Assert that an action is refused before anything is sent; return the error."""
    before = changes(home)
    with pytest.raises(ServiceValidationError) as caught:
        await call(home, action, **data)
    assert caught.value.translation_key == key
    assert (caught.value.translation_placeholders or {})["field"] == field
    assert changes(home) == before
    return str(caught.value)


async def state(home: Home, row: Row) -> Row:
    """Return how a grant is listed once lists are read anew; nothing where it is not."""
    await home.wait(6)
    listed = await rows(home, "get_grants", device_id=row["device_id"])
    return next((each for each in listed if each["grant_id"] == row["grant_id"]), {})


async def test_new_user(home: Home) -> None:
    """Without a user a new one is made, never found by a name; it opens once there is an app."""
    await home.start()
    first, second = await app(home), await app(home)
    assert first["user_id"] != second["user_id"]
    assert first["state"] == "pending"
    assert "code" not in first
    users = home.platform.people.users
    assert users[first["user_id"]].role == "USER"
    assert not home.platform.messages.sent
    home.platform.add_operating_device(first["user_id"])
    assert (await state(home, first))["state"] == "active"
    assert (await state(home, second))["state"] == "pending"
    assert home.platform.open_by_phone(home.lock_id(), first["user_id"])
    assert not home.platform.open_by_phone(home.lock_id(1), first["user_id"])


async def test_several_locks(home: Home) -> None:
    """One call for several locks is for one user; more is granted by the id."""
    await home.start()
    first, second = await rows(
        home,
        "issue_key",
        device_id=[lock(home), lock(home, 1)],
        credential="app",
        name="Anna",
        end_datetime=later(days=1),
    )
    assert first["user_id"] == second["user_id"]
    more = await app(home, user_id=first["user_id"], operation="update_firmware")
    assert more["access"] == "Lock 1, update firmware"
    granted = home.platform.grants.permissions.values()
    assert {each.user_id for each in granted} == {first["user_id"]}
    assert {each.operation for each in granted} == {"OPEN", "UPDATE_FIRMWARE"}


async def test_the_same_again(home: Home) -> None:
    """The same permission is not granted twice, nor is anybody called otherwise for the attempt."""
    await home.start()
    start, end = later(hours=1), later(days=1)
    row = await app(home, start_datetime=start, end_datetime=end)
    with pytest.raises(HomeAssistantError) as caught:
        await app(
            home,
            name="Berta",
            user_id=row["user_id"],
            start_datetime=start,
            end_datetime=end,
        )
    assert caught.value.translation_key == "conflict_grant"
    assert len(home.platform.grants.permissions) == 1
    (user,) = [
        each
        for each in (await call(home, "get_users"))["users"]
        if each["user_id"] == row["user_id"]
    ]
    assert user["name"] == "Anna"


async def test_refused_for_all(home: Home) -> None:
    """A user who was made for a grant that is refused is taken back."""
    await home.start()
    before = set(home.platform.people.users)
    home.fault("status", "permission", method="POST", status=400)
    with pytest.raises(HomeAssistantError):
        await app(home)
    assert set(home.platform.people.users) == before
    assert await rows(home, "get_grants") == []


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_lost_answer(home: Home, kind: str) -> None:
    """A permission whose answer is lost is found by all that was ordered, and is there once."""
    await home.start()
    home.fault(kind, "permission", method="POST", times=1)
    row = await app(home)
    assert row["state"] == "pending"
    assert len(home.platform.grants.permissions) == 1
    assert home.count("POST permission") == 1
    await rows(home, "revoke_grant", grant_id=row["grant_id"])
    assert not home.platform.grants.permissions


async def test_lost_before(home: Home) -> None:
    """One that never arrived is unknown, then failed; nothing is sent again."""
    await home.start()
    home.fault("reset", "permission", method="POST", times=1)
    row = await app(home)
    assert row["state"] == "unknown"
    for _ in range(4):
        await home.wait(TICK)
    assert await state(home, row) == {}
    assert home.count("POST permission") == 1
    assert not home.platform.grants.permissions


async def test_revoke(home: Home) -> None:
    """A key that a phone has fetched outlives the revocation, and that is told, also after a restart."""
    await home.start()
    row = await app(home, key_validity_days=2, end_datetime=later(days=20))
    home.platform.add_operating_device(row["user_id"])
    (revoked,) = await rows(home, "revoke_grant", grant_id=row["grant_id"])
    assert not home.platform.grants.permissions
    assert revoked["state"] == "revoking"
    until = datetime.fromisoformat(revoked["may_open_until"])
    assert abs(until - dt_util.utcnow() - timedelta(days=2)) < timedelta(minutes=5)
    for _ in range(4):
        await home.wait(TICK)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.settle()
    assert (await state(home, row))["state"] == "revoking"
    await home.wait(2 * 86400)
    await home.wait(TICK)
    assert await state(home, row) == {}
    record = home.entry.runtime_data.grants.ledger.records[row["grant_id"]]
    assert record.state == "revoked"


async def test_revoked_elsewhere(home: Home) -> None:
    """What somebody else has revoked is told as it is: the fetched key may open."""
    await home.start()
    row = await app(home)
    home.platform.add_operating_device(row["user_id"])
    assert (await state(home, row))["state"] == "active"
    home.platform.grants.permissions.clear()
    await home.wait(3601)
    for _ in range(4):
        await home.wait(TICK)
    found = await state(home, row)
    assert found["state"] == "revoking"
    assert found["may_open_until"]


async def test_update(home: Home) -> None:
    """A change reaches the permission; one that shortens it tells until when older keys open."""
    await home.start()
    row = await app(home)
    end = later(days=1)
    (updated,) = await rows(
        home, "update_grant", grant_id=row["grant_id"], end_datetime=end, name="Berta"
    )
    (permission,) = home.platform.grants.permissions.values()
    assert permission.end == datetime.fromisoformat(end)
    assert permission.key_validity == "P8D"
    assert updated["name"] == "Berta"
    assert updated["may_open_until"] == row["end_datetime"]
    (longer,) = await rows(
        home, "update_grant", grant_id=row["grant_id"], key_validity_days=31
    )
    (permission,) = home.platform.grants.permissions.values()
    assert permission.key_validity == "P31D"
    assert longer["end_datetime"] == updated["end_datetime"]


async def test_invitation(home: Home) -> None:
    """An invitation is sent only on request; its code stands in the answer, where it is to be handed over."""
    await home.start()
    by_sms = await app(home, invitation="sms", phone="+46701234567")
    assert "code" not in by_sms["invitation"]
    (message,) = home.platform.messages.sent
    assert message["to"] == "+46701234567"
    told = await app(
        home, invitation="answer", invitation_format="code", invitation_days=30
    )
    invitation = told["invitation"]
    ends = datetime.fromisoformat(invitation["ends"])
    assert ends - dt_util.utcnow() > timedelta(days=29)
    home.platform.accept_invitation(invitation["invitation_id"])
    assert invitation["code"]
    with pytest.raises(HomeAssistantError) as caught:
        await call(home, "revoke_invitation", invitation_id=invitation["invitation_id"])
    assert caught.value.translation_key == "conflict_invitation"


async def test_invitation_fails(home: Home) -> None:
    """Where the invitation fails, the grant is there, and both are told."""
    await home.start()
    home.fault("status", "operating-device/invitation", method="POST", status=400)
    row = await app(home, invitation="email", email="anna@example.com")
    assert row["state"] == "pending"
    assert "example.com" not in row["invitation"]["error"]


async def test_offline_key(home: Home) -> None:
    """An offline key stands in the answer alone, opens for its time, and cannot be taken back."""
    home.platform.set_options(alternative_key=True)
    await home.start()
    user = home.platform.add_user(phone=True)
    row = await app(
        home,
        credential="offline_key",
        user_id=user.id,
        end_datetime=later(hours=3),
    )
    assert row["state"] == "active"
    assert row["code"] and row["alternative_code"] not in (None, row["code"])
    listed = await rows(home, "get_grants")
    assert not {"code", "alternative_code"} & set(listed[0])
    assert home.platform.open_by_phone(home.lock_id(), user.id)
    for action in ("revoke_grant", "update_grant"):
        error = await refused(
            home, action, "grant_is_final", "grant_id", grant_id=row["grant_id"]
        )
        assert row["end_datetime"][:10] in error
    await home.wait(3 * 3600 + TICK)
    assert not home.platform.open_by_phone(home.lock_id(), user.id)
    assert (await state(home, row))["state"] == "expired"


async def test_offline_key_lost(home: Home) -> None:
    """A key whose answer is lost is told as lost, with its end; the next one can be issued."""
    await home.start()
    user = home.platform.add_user(phone=True)
    wanted = {
        "credential": "offline_key",
        "user_id": user.id,
        "end_datetime": later(hours=3),
    }
    home.fault("reset_after", "offline-key", method="POST", times=1)
    with pytest.raises(HomeAssistantError) as caught:
        await app(home, **wanted)
    assert caught.value.translation_key == "code_lost"
    assert home.count("POST offline-key") == 1
    assert (await app(home, **wanted))["code"]
    assert len(home.platform.grants.offline_keys) == 2


async def test_wrong_fields(home: Home) -> None:
    """What cannot be is refused with the field's name, before anything is sent."""
    await home.start()
    user = home.platform.add_user(phone=True).id
    lone = home.platform.add_user().id
    right = {
        "device_id": lock(home),
        "credential": "app",
        "name": "Anna",
        "end_datetime": later(days=2),
    }
    key = {**right, "credential": "offline_key", "user_id": user}
    key["end_datetime"] = later(hours=2)
    gateway = home.device(home.gateway_id())
    assert gateway is not None
    for wrong, reason, field in (
        ({**right, "end_datetime": None}, "end_required", "end_datetime"),
        ({**right, "code": "123456"}, "no_code_taken", "code"),
        ({**right, "device_id": gateway.id}, "not_a_lock", "device_id"),
        ({**right, "user_id": "../user"}, "not_a_user_id", "user_id"),
        ({**right, "user_id": home.lock_id()}, "unknown_user", "user_id"),
        ({**right, "key_validity_days": 32}, "key_validity_range", "key_validity_days"),
        ({**right, "key_validity_days": 0}, "key_validity_range", "key_validity_days"),
        ({**right, "operation": "close"}, "not_allowed", "operation"),
        ({**right, "action": "R1"}, "field_not_taken", "action"),
        ({**right, "delivery": "none"}, "field_not_taken", "delivery"),
        ({**right, "phone": "+46701234567"}, "only_with_invitation", "phone"),
        ({**right, "invitation": "sms"}, "empty", "phone"),
        ({**right, "invitation": "sms", "phone": "0701234567"}, "not_a_phone", "phone"),
        (
            {**right, "invitation": "answer", "phone": "+46701234567"},
            "not_with_this_delivery",
            "phone",
        ),
        (
            {**right, "invitation": "answer", "invitation_days": 366},
            "invitation_days_range",
            "invitation_days",
        ),
        ({**key, "user_id": None}, "empty", "user_id"),
        ({**key, "user_id": lone}, "no_operating_device", "user_id"),
        ({**key, "end_datetime": later(hours=25)}, "longer_than_a_day", "end_datetime"),
        (
            {
                **key,
                "start_datetime": later(days=31),
                "end_datetime": later(days=31, hours=1),
            },
            "too_far_ahead",
            "start_datetime",
        ),
        ({**key, "delivery": "sms"}, "empty", "phone"),
        (
            {**key, "app_link_base_url": "https://a.example"},
            "not_with_this_delivery",
            "app_link_base_url",
        ),
        ({**key, "invitation": "answer"}, "field_not_taken", "invitation"),
    ):
        await refused(home, "issue_key", reason, field, **wrong)
    await refused(
        home,
        "issue_pin",
        "no_pins",
        "device_id",
        device_id=lock(home),
        name="Anna",
        end_datetime=later(days=1),
    )
    with pytest.raises(ServiceValidationError) as caught:
        await home.hass.services.async_call(DOMAIN, "issue_key", key, blocking=True)
    assert caught.value.translation_key == "answer_needed"


async def test_users(home: Home) -> None:
    """Users are listed, named, and deleted with all that they may open; administrators are not."""
    await home.start()
    row = await app(home)
    home.platform.add_operating_device(row["user_id"])
    user_id = row["user_id"]
    await refused(
        home, "delete_user", "confirm_delete_user", "confirm", user_id=user_id
    )
    admin = home.platform.admin.id
    await refused(
        home,
        "delete_user",
        "is_administrator",
        "user_id",
        user_id=admin,
        confirm=True,
    )
    answer = await call(home, "delete_user", user_id=user_id, confirm=True)
    assert answer["users"][0]["may_open_until"] == row["end_datetime"]
    assert user_id not in home.platform.people.users
    for _ in range(4):
        await home.wait(TICK)
    assert (await state(home, row))["state"] == "revoking"


async def test_names_of_passages(home: Home) -> None:
    """Who came is told by the name that was given with a grant, or by the action that names."""
    await home.start()
    row = await app(home)
    home.platform.add_operating_device(row["user_id"])
    elsewhere = home.person()
    await call(home, "name_user", user_id=elsewhere.id, name="Cecilia")
    passages = home.passages()
    for user_id in (row["user_id"], elsewhere.id):
        home.platform.open_by_phone(home.lock_id(), user_id)
        await home.wait(5)
    await home.wait(LOG)
    assert [each.data["holder"] for each in passages] == ["Anna", "Cecilia"]
