"""Every operation and every event of the platform has its row in the documentation, and is used as that says."""

from datetime import timedelta
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.util import dt as dt_util

from custom_components.latchkey.const import DOMAIN
from simulators.keyless.events import EVENT_TYPES
from simulators.keyless.gateways import EXAMPLE_CODE
from simulators.keyless.paths import PATHS
from tests.keyless.home import LOG, Home

TABLE: Final = (Path(__file__).parents[2] / "docs/keyless.md").read_text("utf-8")
NUMBERS: Final = {
    "login": "1",
    "list_users": "2.1",
    "create_user": "2.2",
    "get_user": "2.3",
    "delete_user": "2.4",
    "invite_operating_device": "3.1",
    "revoke_invitation": "3.2",
    "list_operating_devices": "3.3",
    "delete_operating_device": "3.4",
    "list_locking_devices": "4.1",
    "create_locking_device": "4.2",
    "modify_locking_device": "4.3",
    "get_locking_device": "4.4",
    "delete_locking_device": "4.5",
    "locking_device_system_log": "5.1",
    "locking_device_audit_log": "5.2",
    "grant_permission": "6.1",
    "list_permissions": "6.2",
    "update_permission": "6.3",
    "revoke_permission": "6.4",
    "get_permission": "6.5",
    "issue_offline_key": "7.1",
    "list_offline_keys": "7.2",
    "claim_gateway_device": "8.1",
    "list_gateway_devices": "8.2",
    "get_gateway_device": "8.3",
    "delete_gateway_device": "8.4",
    "gateway_device_system_log": "9.1",
    "gateway_device_audit_log": "9.2",
    "create_association": "10.1",
    "list_associations": "10.2",
    "get_association": "10.3",
    "delete_association": "10.4",
    "issue_remote_command": "11.1",
    "list_remote_commands": "11.2",
    "get_remote_command": "11.3",
    "cancel_remote_command": "11.4",
    "start_re_keying": "12.1",
}
"""The operations' numbers in the documentation."""
UNUSED: Final = {"get_gateway_device", "get_association"}


def test_each_has_a_row() -> None:
    """The table has a row for each operation, no more, and says of the unused ones why they are."""
    assert set(NUMBERS) == set(PATHS)
    rows = dict(
        re.findall(r"^\| [^|]*\((\d+(?:\.\d+)?)\) \| (.*) \|$", TABLE, re.MULTILINE)
    )
    assert rows.keys() == set(NUMBERS.values())
    unused = {name for name in PATHS if rows[NUMBERS[name]].startswith("not used")}
    assert unused == UNUSED


def test_each_event_has_a_row() -> None:
    """The table of events has each of them."""
    told = set(re.findall(r"`([A-Z][A-Za-z0-9]+)`", TABLE.partition("## Webhooks")[2]))
    assert set(EVENT_TYPES) <= told


async def call(home: Home, action: str, **data: Any) -> dict[str, Any]:
    """Call an action, and return its answer."""
    answer = await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert answer is not None
    return dict(answer)


def device_id(home: Home, own_id: str) -> str:
    """Return what Home Assistant knows a device by."""
    device = home.device(own_id)
    assert device is not None
    return device.id


async def test_each_is_used(home: Home) -> None:
    """A person who uses everything that there is uses every operation but those."""
    home.platform.set_options(environment="staging")
    await home.start()
    await call(home, "start_re_keying", device_id=device_id(home, home.lock_id()))
    await site(home)
    await openings(home)
    await people(home)
    await home.run(LOG)
    asked = home.platform.requests.counts
    used = {
        name
        for name, (method, path) in PATHS.items()
        if asked[f"{method} /administration/{path}"]
    }
    assert used == set(PATHS) - UNUSED


async def site(home: Home) -> None:
    """Change what stands at the site, and back."""
    created = await call(home, "create_locking_device", name="Shed")
    shed = created["locking_device"]["device_id"]
    await call(home, "rename_locking_device", device_id=shed, name="Barn")
    claimed = await call(home, "claim_gateway", claiming_code=EXAMPLE_CODE)
    gateway = claimed["gateway"]["device_id"]
    pair = {"device_id": shed, "gateway_id": gateway}
    await call(home, "associate_gateway", **pair)
    await call(home, "dissociate_gateway", **pair)
    await call(home, "delete_gateway", device_id=gateway, confirm=True)
    await call(home, "delete_locking_device", device_id=shed)
    assert "Barn" not in {lock.name for lock in home.platform.locks.values()}


async def openings(home: Home) -> None:
    """Open a lock, and call the next opening off."""
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(20, 5)
    assert home.ended == "opened"
    await home.act("open")
    await home.act("lock")
    assert home.ended == "cancelled"


async def people(home: Home) -> None:
    """Let somebody in, change that, and end it."""
    end = dt_util.now() + timedelta(days=2)
    lock = device_id(home, home.lock_id())
    issued = await call(
        home,
        "issue_key",
        device_id=lock,
        credential="app",
        name="Anna",
        end_datetime=end.isoformat(),
        invitation="answer",
    )
    (row,) = issued["grants"]
    user_id = row["user_id"]
    await call(
        home, "revoke_invitation", invitation_id=row["invitation"]["invitation_id"]
    )
    invited = await call(home, "invite_user", user_id=user_id, invitation="answer")
    phone = home.platform.accept_invitation(invited["invitation"]["invitation_id"])
    await call(
        home,
        "issue_key",
        device_id=lock,
        credential="offline_key",
        name="Anna",
        user_id=user_id,
        end_datetime=(dt_util.now() + timedelta(hours=2)).isoformat(),
    )
    await call(
        home,
        "update_grant",
        grant_id=row["grant_id"],
        end_datetime=(end + timedelta(days=1)).isoformat(),
    )
    await call(home, "revoke_grant", grant_id=row["grant_id"])
    await call(home, "delete_operating_device", operating_device_id=phone.id)
    await call(home, "delete_user", user_id=user_id, confirm=True)
    users = await call(home, "get_users")
    assert user_id not in {user["user_id"] for user in users["users"]}
