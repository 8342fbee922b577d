"""A dashboard for everything that the added accounts have."""

from collections import defaultdict
from typing import Final

from scripts.home_api import HomeApi, Json

URL_PATH: Final = "latchkey"
ICON: Final = "mdi:key-wireless"
# A browser draws a few hundred cards with ease; what is left out is under Settings.
MOST_SECTIONS: Final = 40
CARDS: Final[dict[str, Json]] = {
    "lock": {
        "features": [{"type": "lock-open-door"}, {"type": "lock-commands"}],
        "grid_options": {"columns": 12},
    },
    "switch": {
        "features": [{"type": "toggle"}],
        "features_position": "inline",
        "grid_options": {"columns": 12},
    },
    "binary_sensor": {"grid_options": {"columns": 6}},
    "sensor": {"grid_options": {"columns": 6}},
    "button": {"grid_options": {"columns": 6}},
    "calendar": {"grid_options": {"columns": 12}},
    # What happened last, and when.
    "event": {
        "state_content": ["event_type", "state"],
        "grid_options": {"columns": 12},
    },
}


async def put_up(api: HomeApi) -> str:
    """Put the dashboard up, make it the first page, and return its path."""
    dashboards = await api.command("lovelace/dashboards/list")
    if URL_PATH not in (dashboard["url_path"] for dashboard in dashboards):
        await api.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            allow_single_word=True,
            title="Latchkey",
            icon=ICON,
            show_in_sidebar=True,
        )
    await api.command(
        "lovelace/config/save", url_path=URL_PATH, config=await _config(api)
    )
    await api.command(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )
    return URL_PATH


async def _config(api: HomeApi) -> Json:
    """Return one section for each unit and each of its parts."""
    entities: defaultdict[str, list[str]] = defaultdict(list)
    for entity in await api.command("config/entity_registry/list"):
        if (
            entity["platform"] == "latchkey"
            and not entity["disabled_by"]
            and not entity["entity_category"]
        ):
            entities[entity["device_id"]].append(entity["entity_id"])
    devices: list[Json] = await api.command("config/device_registry/list")
    units = [device for device in devices if not device.get("parent_device_id")]
    sections = [
        _section(
            device,
            _name(device) if device is unit else f"{_name(unit)} · {_name(device)}",
            entities[device["id"]],
        )
        for unit in units
        for device in [
            unit,
            *(part for part in devices if part.get("parent_device_id") == unit["id"]),
        ]
        if entities[device["id"]]
    ]
    return {
        "views": [
            {
                "title": "Latchkey",
                "path": "units",
                "icon": ICON,
                "type": "sections",
                "max_columns": 4,
                "sections": sections[:MOST_SECTIONS],
            }
        ]
    }


def _section(device: Json, name: str, entities: list[str]) -> Json:
    """Return a heading that leads to the device, and a card for each of its entities."""
    heading = {
        "type": "heading",
        "heading": name,
        "tap_action": {
            "action": "navigate",
            "navigation_path": f"/config/devices/device/{device['id']}",
        },
    }
    cards = [
        _card(entity_id)
        for domain in CARDS
        for entity_id in entities
        if entity_id.startswith(f"{domain}.")
    ]
    return {"type": "grid", "cards": [heading, *cards]}


def _card(entity_id: str) -> Json:
    """Return a tile with what a person does with such an entity."""
    domain = entity_id.partition(".")[0]
    return {
        "type": "tile",
        "entity": entity_id,
        "name": {"type": "entity"},
        **CARDS[domain],
    }


def _name(device: Json) -> str:
    """Return the name that the user or the vendor gave a device."""
    name: str = device["name_by_user"] or device["name"]
    return name
