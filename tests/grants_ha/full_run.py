"""A run of everything that handles a secret, well and badly."""

from typing import Any

from aiohttp import encode_basic_auth
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import CONF_PASSWORD
from homeassistant.data_entry_flow import FlowResultType

from custom_components.latchkey.const import DOMAIN
from tests.conftest import PASSWORD
from tests.flows import fill_in
from tests.grants_ha.helpers import TICK, later
from tests.grants_ha.scan import Scan
from tests.house import POLL

# Of eight digits, as all codes of this run: six stand in some random token or other by chance.
PIN = "49381756"
OTHER_PIN = "38056291"
PHONE = "+46701234567"
TAG = "04A1B2C3D4"
FOREIGN_PIN = "61728493"
NEW_PASSWORD = "nytt-lösen-0815"


async def run(scan: Scan) -> list[str]:
    """Use every action, well and badly; return the answers that must not hold a code."""
    grants = scan.grants
    unit = {"device_id": grants.device_id()}
    grants.put_entry(FOREIGN_PIN)
    made = await grants.issue(end_datetime=later(hours=2))
    scan.generated.add(made["code"])
    given = await grants.issue(code=PIN)
    for credential, code in (("phone", PHONE), ("tag", TAG)):
        await scan.tried(
            "issue_key", **unit, name="Anna", credential=credential, code=code
        )
    await grants.deliver()
    silent = [str(await grants.listed())]
    await grants.call("update_grant", grant_id=given["grant_id"], code=OTHER_PIN)
    renamed = await grants.call(
        "update_grant", grant_id=given["grant_id"], name="Bo", answer=True
    )
    silent.append(str(renamed))
    await grants.deliver()
    await scan.tried("issue_pin", **unit, name="Conflict", code=OTHER_PIN)
    await scan.tried("update_grant", grant_id=made["grant_id"], code=OTHER_PIN)
    for credential, code in (("phone", PHONE), ("tag", TAG)):
        await scan.tried(
            "issue_key", **unit, name="Conflict", credential=credential, code=code
        )
    await bad_fields(scan, made["grant_id"])
    await faults(scan, made["grant_id"])
    revoked = await grants.call("revoke_grant", grant_id=made["grant_id"])
    (foreign,) = [row for row in await grants.listed() if not row["managed"]]
    revoked += await grants.call("revoke_grant", grant_id=foreign["grant_id"])
    silent.append(str(revoked))
    await grants.deliver()
    await grants.restart()
    return silent


async def bad_fields(scan: Scan, grant_id: str) -> None:
    """Give secrets where they are refused, or stand in the wrong field."""
    unit = {"device_id": scan.grants.device_id(), "name": "Anna"}
    for code in (PIN, PHONE, TAG):
        for wrong in ([code], {"code": code}, f"{code}\n", f"{code} {code} {code}"):
            await scan.tried("issue_pin", **unit, code=wrong)
            await scan.tried("issue_key", **unit, credential="tag", code=wrong)
            await scan.tried("update_grant", grant_id=grant_id, code=wrong)
        await scan.tried("issue_pin", **unit, end_datetime=code)
        await scan.tried("issue_pin", **unit, action=f"<{code}>")
        await scan.tried("issue_pin", **unit, access=code)
        await scan.tried("issue_key", **unit, credential=code, code=code)
        await scan.tried("revoke_grant", grant_id=code)


async def faults(scan: Scan, grant_id: str) -> None:
    """Have the cloud refuse with texts that echo what it was sent, and lose its answers."""
    house = scan.grants.house
    header = encode_basic_auth("anna", PASSWORD)
    echo = f"idNumber {OTHER_PIN} {PHONE} {TAG} {PASSWORD} Authorization: {header}"
    kinds: list[dict[str, Any]] = [
        *(
            {"kind": "status", "status": status, "text": echo}
            for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)
        ),
        {"kind": "reset"},
        {"kind": "reset_after"},
        {"kind": "half"},
        {"kind": "html_after"},
        {"kind": "redirect", "location": f"/{OTHER_PIN}?{PASSWORD}"},
    ]
    unit = {"device_id": scan.grants.device_id(), "name": "Anna"}
    for number, fault in enumerate(kinds):
        for method in ("POST", "PUT", "DELETE", "GET"):
            house.cloud.clear_faults()
            house.fault(**fault, method=method, path="/v1/UnitId")
            rows = await scan.tried("issue_pin", **unit)
            scan.generated |= {row["code"] for row in rows if "code" in row}
            new, other = f"715{number:03}62", f"826{number:03}73"
            scan.supplied |= {new, other}
            await scan.tried("issue_pin", **unit, code=new)
            await scan.tried("update_grant", grant_id=grant_id, code=other)
            await scan.tried("get_grants")
        house.cloud.clear_faults()
        await house.wait(TICK)
    await scan.grants.deliver()


async def renew(scan: Scan) -> None:
    """Have the password changed at the vendor, and renew it here."""
    house = scan.grants.house
    house.cloud.set_user("anna", NEW_PASSWORD)
    await scan.tried("issue_pin", device_id=scan.grants.device_id(), name="A", code=PIN)
    await house.wait(POLL)
    await house.wait(16 * 60)
    flows = house.hass.config_entries.flow
    (flow,) = flows.async_progress_by_handler(
        DOMAIN, match_context={"source": SOURCE_REAUTH}
    )
    form = await flows.async_configure(flow["flow_id"])
    for password in ("falsch-0815", NEW_PASSWORD):
        form = await fill_in(house.hass, form, {CONF_PASSWORD: password})
    assert form["type"] is FlowResultType.ABORT
    assert form["reason"] == "reauth_successful"
    await house.settle()
