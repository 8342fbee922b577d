"""The blueprints, used as a person does."""

from datetime import timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch

from homeassistant.components.blueprint import models
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import async_mock_service

from tests.house import House

FOLDER: Final = Path(__file__).parent.parent / "blueprints"
GUEST_PIN: Final = "script/latchkey/guest_pin.yaml"


def loaded(self: models.DomainBlueprints, path: str) -> models.Blueprint:
    """Load a blueprint from this project's folder, in the place of the home's."""
    return models.Blueprint(
        load_yaml_dict(str(FOLDER / self.domain / path)),
        expected_domain=self.domain,
        path=path,
        schema=BLUEPRINT_SCHEMA,
    )


async def test_guest_pin(hass: HomeAssistant, house: House) -> None:
    """The guest's PIN is sent, opens for the stay, and is kept in no trace."""
    await house.start()
    sent: list[ServiceCall] = async_mock_service(hass, "notify", "guest")
    unit = dr.async_get(hass).async_get_device_by_identifier(
        ("latchkey", "flexykey_anna_99998"), house.entry.entry_id
    )
    assert unit is not None
    patched = callback(loaded)
    with patch.object(models.DomainBlueprints, "_load_blueprint", patched):
        assert await async_setup_component(
            hass,
            "script",
            {
                "script": {
                    "guest": {
                        "use_blueprint": {
                            "path": GUEST_PIN.removeprefix("script/"),
                            "input": {"doors": [unit.id], "notify": "notify.guest"},
                        }
                    }
                }
            },
        )
    arrival = dt_util.now().replace(microsecond=0) + timedelta(days=1)
    await hass.services.async_call(
        "script",
        "guest",
        {
            "guest": "Bo",
            "arrival": str(arrival.replace(tzinfo=None)),
            "departure": str((arrival + timedelta(days=2)).replace(tzinfo=None)),
        },
        blocking=True,
    )
    (row,) = house.cloud.entries(99998)
    assert dt_util.parse_datetime(row["validFromIso"] or "") == arrival
    assert sent[0].data["message"] == (
        f"PIN for Bo: {row['idNumber']}, for fkv3 test 2 S.kontor, R1."
    )
    config = load_yaml_dict(str(FOLDER / GUEST_PIN))
    assert config["trace"] == {"stored_traces": 0}
