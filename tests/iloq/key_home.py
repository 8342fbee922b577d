"""What a test of keys does and sees of an iLOQ account."""

from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.latchkey.const import DOMAIN
from simulators.iloq.keys import Key
from tests.iloq.home import Home


def key_named(home: Home, description: str) -> Key:
    """Return a key by its description."""
    keys = home.cloud.group.keys.values()
    return next(each for each in keys if each.record["Description"] == description)


def access_id(home: Home, name: str) -> str:
    """Return the id of an access right."""
    accesses = home.cloud.group.accesses.values()
    return next(each.id for each in accesses if each.record["Name"] == name)


def person_id(home: Home, name: str) -> str:
    """Return the id of a person."""
    persons = home.cloud.group.persons.values()
    return next(each.id for each in persons if each.name == name)


def grant(home: Home, description: str) -> str:
    """Return how get_grants names a key that was issued elsewhere."""
    return f"{home.system_id}:{key_named(home, description).id}"


async def key_act(home: Home, action: str, description: str, **fields: Any) -> Any:
    """Run an action on a key that was issued elsewhere, and return what it says of it."""
    answer = await home.act(action, grant_id=grant(home, description), **fields)
    assert answer.keys() == {"key"}
    return answer["key"]


async def refused(home: Home, action: str, **fields: Any) -> HomeAssistantError:
    """Return with which error of ours an action is refused."""
    with pytest.raises(HomeAssistantError) as failure:
        await home.act(action, **fields)
    assert failure.value.translation_domain == DOMAIN
    return failure.value
