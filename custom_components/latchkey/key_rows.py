"""What an action's answer says of a key; nothing in it could be copied from it, nor leads to a phone."""

from datetime import datetime
from typing import Any, Final

from homeassistant.util import dt as dt_util

from .const import ATTR_PERSON_ID
from .vendors.keys import Hours, KeyDetails, Named

type Row = dict[str, Any]

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def details_row(key: KeyDetails) -> Row:
    """Return all that is told of a key."""
    outline = key.outline
    return {
        "key_id": key.id,
        "description": outline.name,
        "kind": key.kind and key.kind.value,
        "model": key.model,
        "state": outline.state and outline.state.value,
        "programming": outline.programming and outline.programming.value,
        "blocked": outline.is_blocked,
        "expires_at": _local(outline.expires_at),
        "starts_at": _local(key.starts_at),
        "ends_at": _local(key.ends_at),
        ATTR_PERSON_ID: key.person_id,
        "real_estate": key.real_estate and _named(key.real_estate),
        "main_zone": key.main_zone and _named(key.main_zone),
        "zones": _all_named(key.zones),
        "accesses": _all_named(key.accesses),
        "accesses_unseen": key.accesses_unseen,
        "time_profiles": None
        if key.profiles is None
        else [
            {
                "id": profile.id,
                "name": profile.name,
                "hours": [_hours_row(hours) for hours in profile.hours],
            }
            for profile in key.profiles
        ],
        **{f"can_{task}": obstacle is None for task, obstacle in key.tasks.items()},
        "obstacles": {
            task.value: obstacle.value
            for task, obstacle in key.tasks.items()
            if obstacle is not None
        },
    }


def _named(thing: Named) -> Row:
    return {"id": thing.id, "name": thing.name}


def _all_named(things: tuple[Named, ...] | None) -> list[Row] | None:
    return None if things is None else [_named(thing) for thing in things]


def _hours_row(hours: Hours) -> Row:
    return {
        "days": [_DAYS[day] for day in hours.days],
        "from": hours.start.isoformat("minutes"),
        "to": hours.end.isoformat("minutes"),
    }


def _local(moment: datetime | None) -> str | None:
    return dt_util.as_local(moment).isoformat() if moment else None
