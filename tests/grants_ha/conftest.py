"""A house whose grants are looked at."""

from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, callback
import pytest

from tests.grants_ha.helpers import Grants
from tests.house import House


@pytest.fixture
def noted(house: House) -> Grants:
    """Return the grants of a house that is not started yet, with all that its entities will tell."""
    grants = Grants(house)

    @callback
    def note(event: Event[Any]) -> None:
        grants.events.append(event)

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return grants


@pytest.fixture
async def grants(noted: Grants) -> Grants:
    """Return the grants of a house that is running."""
    await noted.house.start()
    noted.house.cloud.requests.reset()
    return noted
