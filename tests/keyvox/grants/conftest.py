"""A Home Assistant with one account at a simulated KEYVOX cloud, under a clock that moves when told to."""

from collections.abc import AsyncIterator

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.clock import utc_now
from simulators.keyvox import KeyVoxCloud, serve
from tests.keyvox.grants.home import Home


@pytest.fixture
def keyvox() -> KeyVoxCloud:
    """Return an organisation without anything, by Home Assistant's clock."""
    return KeyVoxCloud(clock=utc_now)


@pytest.fixture
def ids(keyvox: KeyVoxCloud) -> dict[str, str]:
    """Fill the organisation: a room with two locks, a hall with a third, a shed with none, a lock of two units, a locker."""
    place = keyvox.add_site("House").id
    front = keyvox.add_lock("Front door", model="BCL-XP1").id
    back = keyvox.add_lock("Back door", model="BCL-XP1").id
    hall = keyvox.add_lock("Hall door", model="BCL-QR1").id
    spare = keyvox.add_lock("Spare").id
    gate = keyvox.add_lock("Gate").id
    locker = keyvox.add_locker("Locker", "11").id
    return {
        "house": place,
        "front": front,
        "back": back,
        "hall": hall,
        "spare": spare,
        "gate": gate,
        "room unit": keyvox.add_unit("Room", place, [front, back]).id,
        "hall unit": keyvox.add_unit("Hall", place, [hall]).id,
        "shed unit": keyvox.add_unit("Shed", place).id,
        "east unit": keyvox.add_unit("East", place, [gate]).id,
        "west unit": keyvox.add_unit("West", place, [gate]).id,
        "locker": locker,
        "box": f"{locker}-00-01",
        "other box": f"{locker}-00-02",
    }


@pytest.fixture
def profile() -> str:
    """Return the profile of the account, to be overridden."""
    return "portal"


@pytest.fixture
async def credentials(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    keyvox: KeyVoxCloud,
    profile: str,
) -> AsyncIterator[dict[str, str]]:
    """Serve the cloud on loopback; return what a user enters."""
    async with serve(keyvox) as address:
        path = keyvox.base_path.removeprefix("/") if profile == "overview" else ""
        yield {
            "api_key": "demo-key",
            "api_secret": "demo-secret",
            "profile": profile,
            "url": address.url.removesuffix(path),
        }


@pytest.fixture
def home(
    hass: HomeAssistant,
    keyvox: KeyVoxCloud,
    ids: dict[str, str],
    credentials: dict[str, str],
    freezer: FrozenDateTimeFactory,
) -> Home:
    """Return Home Assistant and the cloud, by one clock that stands still."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="KEYVOX",
        unique_id=f"keyvox_{keyvox.org_id}",
        data={CONF_VENDOR: "keyvox", **credentials},
    )
    return Home(hass, keyvox, entry, freezer, ids)
