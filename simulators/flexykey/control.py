"""The control interface: what happens on site and in the vendor's cloud, over HTTP."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.clock import iso
from simulators.control import Json, fields, json_body
from simulators.errors import Invalid
from simulators.flexykey.documents import check_unit
from simulators.flexykey.fleet import Shape, generate_expansion
from simulators.flexykey.unit import Unit

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud


_CHANGES = {
    "offline": str | None,
    "freeze_status": bool,
    "hide": list,
    "description": dict,
    "name": str,
    "temperatures": dict,
}
_GENERATED = dict.fromkeys(("count", "entities", *Shape.__dataclass_fields__), int)
_GENERATED_MODULE = {"relays": int, "inputs": int}


def control_routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that steer a cloud."""
    return _Control(cloud).routes()


def unit_summary(unit: Unit) -> Json:
    """Return a unit in short: what is on, and what is wrong with it."""
    return {
        "unitId": unit.unit_id,
        "name": unit.document["name"],
        "on": [name for name in unit.names if unit.is_on(name)],
        "offline": unit.offline,
        "freeze_status": unit.frozen is not None,
        "hide": sorted(unit.hidden),
        "commands": len(unit.commands),
    }


def unit_details(unit: Unit) -> Json:
    """Return everything about a unit."""
    return unit_summary(unit) | {
        "serialnumber": unit.serial_number,
        "relays": {
            name: {"state": _state(unit, name), "remaining": unit.remaining(name)}
            for name in unit.relays
        },
        "inputs": {name: _state(unit, name) for name in unit.inputs},
        "expansions": [
            expansion["number"] for expansion in unit.document["expansions"]
        ],
        "temperatures": unit.sensors.temperatures,
        "status_at": iso(unit.last_status.at),
        "commands": [
            {
                "output": command.output,
                "action": command.action,
                "at": command.at.isoformat(),
            }
            for command in unit.commands
        ],
    }


def _state(unit: Unit, name: str) -> str:
    """Return a state as this interface writes and reads it."""
    return "on" if unit.is_on(name) else "off"


class _Control:
    """The handlers over one cloud."""

    def __init__(self, cloud: FlexyKeyCloud) -> None:
        """Take the cloud to steer."""
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to the handlers."""
        unit = r"/units/{id:\d+}"
        return [
            web.get("/state", self._show_all),
            web.get(unit, self._show),
            web.post(unit, self._change),
            web.delete(unit, self._remove),
            web.post("/units", self._add),
            web.post(unit + "/inputs/{name}", self._move_input),
            web.post(unit + "/outputs/{name}", self._move_output),
            web.post(unit + "/expansions", self._add_expansion),
            web.delete(unit + r"/expansions/{number:\d+}", self._remove_expansion),
            web.post("/users", self._set_user),
        ]

    async def _show_all(self, _request: web.Request) -> web.Response:
        """Show all units in short."""
        return web.json_response(
            {"units": [unit_summary(unit) for unit in self._cloud.units.values()]}
        )

    async def _show(self, request: web.Request) -> web.Response:
        """Show one unit."""
        return self._details(path_id(request))

    async def _change(self, request: web.Request) -> web.Response:
        """Change what is told of a unit."""
        unit_id = path_id(request)
        changes = {
            "offline": self._cloud.set_offline,
            "freeze_status": self._cloud.freeze_status,
            "hide": self._cloud.hide,
            "description": self._cloud.describe,
            "name": self._cloud.rename,
            "temperatures": self._cloud.set_temperatures,
        }
        for field, value in fields(await json_body(request), optional=_CHANGES).items():
            changes[field](unit_id, value)  # type: ignore[operator]  # fields() checked the type
        return self._details(unit_id)

    async def _remove(self, request: web.Request) -> web.Response:
        """Remove a unit."""
        self._cloud.remove_unit(path_id(request))
        return await self._show_all(request)

    async def _add(self, request: web.Request) -> web.Response:
        """Add one unit as GET /v1/units would describe it, or generate some."""
        body = await json_body(request)
        if "generate" in body:
            options = fields(body["generate"], optional=_GENERATED)
            count = options.pop("count", 1)
            shape = (
                Shape.of_entities(options["entities"])
                if "entities" in options
                else Shape(**options)
            )
            units = self._cloud.generate_units(count, shape)
        else:
            units = [self._cloud.add_unit(check_unit(body))]
        return web.json_response(
            {"units": [unit_summary(unit) for unit in units]}, status=201
        )

    async def _move_input(self, request: web.Request) -> web.Response:
        """Move an input."""
        self._cloud.set_input(
            path_id(request), request.match_info["name"], await _on(request)
        )
        return self._details(path_id(request))

    async def _move_output(self, request: web.Request) -> web.Response:
        """Switch a relay by hand."""
        self._cloud.set_output(
            path_id(request), request.match_info["name"], await _on(request)
        )
        return self._details(path_id(request))

    async def _add_expansion(self, request: web.Request) -> web.Response:
        """Fit an expansion as GET /v1/units would describe it, or a generated one."""
        unit_id, body = path_id(request), await json_body(request)
        if "generate" in body:
            options = fields(body["generate"], {"number": int}, _GENERATED_MODULE)
            body = dict(generate_expansion(**options, owner=unit_id))
        self._cloud.add_expansion(unit_id, body)  # type: ignore[arg-type]  # it checks the form
        return self._details(unit_id)

    async def _remove_expansion(self, request: web.Request) -> web.Response:
        """Take an expansion away."""
        self._cloud.remove_expansion(
            path_id(request), int(request.match_info["number"])
        )
        return self._details(path_id(request))

    async def _set_user(self, request: web.Request) -> web.Response:
        """Add or change a user."""
        body = fields(
            await json_body(request),
            {"username": str, "password": str},
            {"units": list | None, "api": bool},
        )
        self._cloud.set_user(**body)
        return web.json_response({"users": list(self._cloud.users)})

    def _details(self, unit_id: int) -> web.Response:
        """Answer with one unit."""
        return web.json_response(unit_details(self._cloud.unit(unit_id)))


def path_id(request: web.Request) -> int:
    """Return the unit's id from the path."""
    return int(request.match_info["id"])


async def _on(request: web.Request) -> bool:
    """Return whether the body says on or off."""
    state = fields(await json_body(request), {"state": str})["state"]
    if state not in ("on", "off"):
        raise Invalid("state is on or off")
    return bool(state == "on")
