"""Places, what is let in them, and by which plans.

Assumed: places and plans tell nothing but the names that are known; a unit is available where no reservation has it.
"""

from typing import TYPE_CHECKING, Any

from simulators.bodies import Body, choice, text
from simulators.keyvox.api.operation import Operation, Operations
from simulators.keyvox.api.paging import PAGE, by_page
from simulators.keyvox.formats import optional_text, period
from simulators.keyvox.places import PLACE_TYPES, UTC_OFFSET, Site, Unit

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud


def operations(cloud: KeyVoxCloud) -> Operations:
    """Return what answers each operation."""

    def told(site: Site) -> dict[str, Any]:
        units = units_of(site.id)
        return {
            "placeId": site.id,
            "placeName": site.name,
            "orgId": cloud.org_id,
            "placeTelephone": site.telephone,
            "placeType": site.type,
            "placeAddress": site.address,
            "placeLat": "",
            "placeLong": "",
            "placeUtc": UTC_OFFSET,
            "unitNum": len(units),
            "deviceNum": len({lock for unit in units for lock in unit.lock_ids}),
        }

    def units_of(site_id: str) -> list[Unit]:
        return [unit for unit in cloud.units.values() if unit.site_id == site_id]

    async def list_places(body: Body) -> object:
        type_ = choice(body, "placeType", PLACE_TYPES) if "placeType" in body else None
        rows = [
            told(site) for site in cloud.sites.values() if type_ in (None, site.type)
        ]
        return {"list": by_page(body, rows)}

    async def place(body: Body) -> object:
        return told(cloud.sites[text(body, "placeId")])

    async def list_units(body: Body) -> object:
        site = cloud.sites[text(body, "placeId")]
        word = optional_text(body, "searchWord")
        business = optional_text(body, "unitBusinessType")
        rows = [
            unit.as_reservable()
            for unit in units_of(site.id)
            if word in unit.name and business in ("", unit.business_type)
        ]
        return {"list": by_page(body, rows)}

    async def list_plans(body: Body) -> object:
        site = cloud.sites[text(body, "placeId")]
        rows = [
            plan.as_row() for plan in cloud.plans.values() if plan.site_id == site.id
        ]
        return {"list": by_page(body, rows)}

    async def plan(body: Body) -> object:
        if "targetType" in body:
            choice(body, "targetType", ("order",))
        return cloud.plans[text(body, "commodityId")].as_row()

    async def list_available(body: Body) -> object:
        site = cloud.sites[text(body, "placeId")]
        start, end = period(body, "fromTime", "toTime")
        return {
            "unitAvailableList": [
                {
                    "placeId": site.id,
                    "placeName": site.name,
                    "unitId": unit.id,
                    "unitName": unit.name,
                }
                for unit in units_of(site.id)
                if cloud.bookings.is_free(unit.id, start, end)
            ]
        }

    return {
        "getPlaces": Operation(list_places, "placeType", *PAGE),
        "placeDetail": Operation(place, "placeId"),
        "unitList": Operation(
            list_units, "placeId", "searchWord", "unitBusinessType", *PAGE
        ),
        "getRoomPlans": Operation(list_plans, "placeId", *PAGE),
        "planDetail": Operation(plan, "commodityId", "targetType"),
        "getAvailableRooms": Operation(list_available, "placeId", "fromTime", "toTime"),
    }
