"""The requests of the guide's further sections, word for word, over a loopback server."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
import pytest

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.grants import Access, Credential, Issued, Order
from custom_components.latchkey.vendors.push import Callback
from custom_components.latchkey.vendors.readings import Requested
from custom_components.latchkey.vendors.settings import Setting, SettingKind
from custom_components.latchkey.vendors.vendor import Conflict, InvalidRequest
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import unit
from tests.vendors.scripted import Scripted, Sent

EVENT = "control.statusChanged"


HOOK = "https://example.com/flexykey/webhook"


@pytest.fixture
def guide() -> Scripted:
    """Return a cloud that answers with the guide's examples."""
    cloud = Scripted()
    cloud.answers = {
        "GET RequestUnitInfoTypes": GUIDE["info_types"],
        "POST RequestUnitInfo": GUIDE["info_response"],
        "GET UnitMessages": GUIDE["messages"],
        "POST UnitIdEntries": web.Response(status=201),
        "GET UnitSettings/Definitions": GUIDE["setting_definitions"],
        "GET UnitSettings": GUIDE["settings"],
        "PUT UnitSettings": web.Response(status=200),
        "POST UnitSync/PushChanges": GUIDE["push_response"],
        "PUT Webhooks": GUIDE["webhook_response"],
        "GET Webhooks": GUIDE["webhook"],
        "DELETE Webhooks": web.Response(status=204),
        "POST Webhooks/Test": GUIDE["webhook_test_response"],
    }
    return cloud


def sent(
    method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None
) -> Sent:
    """Return a request as it should be."""
    return Sent(method, path, query or {}, body)


async def test_unit_information(flexykey: FlexyKey, guide: Scripted) -> None:
    """The catalogue is read once, and a command is queued with the guide's body (7.1, 7.2)."""
    assert await flexykey.requestable() == [
        "controlStatusFull",
        "CHECKASTAT",
        "CHECKTEMP",
    ]
    requested = await flexykey.request_readings(unit(4053), "CHECKTEMP")
    assert requested == Requested(queued=("CHECKTEMP",))
    assert guide.requests == [
        sent("GET", "RequestUnitInfoTypes"),
        # What was asked for before counts for the limits.
        sent("GET", "UnitMessages", {"unitId": "4053", "limit": "100"}),
        sent("POST", "RequestUnitInfo", body=GUIDE["info_requests"][0]),
    ]


async def test_profile(flexykey: FlexyKey, guide: Scripted) -> None:
    """A profile is queued by its name, for a unit by its id where the guide has the serial number (7.2)."""
    profile = {
        **GUIDE["info_types"]["profiles"][0],
        "profileName": "controlStatusMedium",
    }
    guide.answers["GET RequestUnitInfoTypes"] = {
        **GUIDE["info_types"],
        "profiles": [profile],
    }
    await flexykey.request_readings(unit(4053), "controlStatusMedium")
    example = dict(GUIDE["info_requests"][1])
    del example["serialNumber"]
    assert guide.bodies[-1] == {"unitId": 4053, **example}


async def test_messages(flexykey: FlexyKey, guide: Scripted) -> None:
    """The messages of all types are read, as many as there may be, at their time in UTC (7.3)."""
    report = await flexykey.report(unit(4053))
    assert guide.requests == [
        sent("GET", "UnitMessages", {"unitId": "4053", "limit": "100"}),
    ]
    assert report.answered == frozenset()
    assert len(report.readings) == 8
    assert {reading.observed_at for reading in report.readings} == {
        datetime(2026, 4, 20, 16, 29, 16, tzinfo=UTC)
    }


async def test_id_entry_and_push(flexykey: FlexyKey, guide: Scripted) -> None:
    """An entry has the fields of the guide's; then its unit is sent the changes (8.2, 10.1)."""
    example = GUIDE["id_entry_request"]
    order = Order(
        grant_id="0123456789",
        revision=1,
        access=Access("2472/R1", "Port, R1", "2472"),
        credential=Credential.PHONE,
        name="Adam",
        start=datetime.fromisoformat(example["validFromIso"]),
        end=datetime.fromisoformat(example["validToIso"]),
        fields={},
        code="0701234567",
    )
    assert await flexykey.issue(order) == Issued()
    assert await flexykey.push("2472") == 8
    assert guide.requests == [
        sent(
            "POST",
            "UnitIdEntries",
            body={**example, "description": "Latchkey 0123456789.1"},
        ),
        sent("POST", "UnitSync/PushChanges", body=GUIDE["unit_sync_request"]),
    ]
    guide.answers["POST UnitIdEntries"] = web.Response(status=409)
    with pytest.raises(Conflict):
        await flexykey.issue(order)


async def test_settings(flexykey: FlexyKey, guide: Scripted) -> None:
    """The guide's two rows are a number and a switch, with the rules of their definitions (9.1, 9.2)."""
    assert await flexykey.settings(unit(2472)) == [
        Setting(
            id="DefaultRelayPulse/F1/1",
            kind=SettingKind.NUMBER,
            name="Default relay pulse time F1",
            value=15,
            minimum=0,
            maximum=999999,
            unit="seconds",
        ),
        Setting(
            id="WifiMode/0",
            kind=SettingKind.SWITCH,
            name="WiFi mode",
            value=True,
            options=("ON", "OFF"),
        ),
    ]
    assert guide.requests == [
        sent("GET", "UnitSettings/Definitions"),
        sent("GET", "UnitSettings", {"unitId": "2472"}),
    ]


async def test_change_settings(flexykey: FlexyKey, guide: Scripted) -> None:
    """A change has the guide's body, one setting at a time; the type of a text is assumed (9.3)."""
    guide.answers["GET UnitSettings/Definitions"] = {
        "items": [
            *GUIDE["setting_definitions"]["items"],
            {
                "setting": "WifiName",
                "description": "WiFi name.",
                "params": [{"type": "text"}],
            },
        ]
    }
    guide.answers["GET UnitSettings"] = {
        "unitId": 2472,
        "items": [
            {"setting": "DefaultRelayPulse", "params": ["F1", 20]},
            {"setting": "WifiMode", "params": ["OFF"]},
            {"setting": "WifiName", "params": [""]},
        ],
    }
    values: tuple[float | str | bool, ...] = (15.0, True, "min Router")
    for setting, value in zip(await flexykey.settings(unit(2472)), values, strict=True):
        await flexykey.change_setting(unit(2472), setting, value)
    assert [each for each in guide.requests if each.method == "PUT"] == [
        sent("PUT", "UnitSettings", body=body) for body in GUIDE["setting_requests"]
    ]
    guide.answers["PUT UnitSettings"] = web.Response(status=400)
    with pytest.raises(InvalidRequest):
        await flexykey.change_setting(unit(2472), setting, "another")


async def test_webhooks(flexykey: FlexyKey, guide: Scripted) -> None:
    """A webhook is registered, read, tried and removed as in the guide; the secret's field is assumed (12.2-12.6)."""
    assert [event["eventName"] for event in GUIDE["webhook_events"]] == [EVENT]
    await flexykey.set_callback(unit(4818), HOOK, "s3cret")
    assert await flexykey.callback(unit(4818)) == Callback(
        address=HOOK,
        last_success_at=datetime(2026, 3, 28, 19, 49, 55, tzinfo=UTC),
    )
    assert await flexykey.test_callback(unit(4818)) == 200
    await flexykey.remove_callback(unit(4818))
    query = {"unitId": "4818", "event": EVENT}
    assert guide.requests == [
        sent("PUT", "Webhooks", body={**GUIDE["webhook_request"], "secret": "s3cret"}),
        sent("GET", "Webhooks", query),
        sent("POST", "Webhooks/Test", body=GUIDE["webhook_test_request"]),
        sent("DELETE", "Webhooks", query),
    ]
    assert guide.received[1] == f"GET /v1/Webhooks?unitId=4818&event={EVENT}"
