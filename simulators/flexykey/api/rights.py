"""Who may call the vendor's interface, for which unit, and how a call is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
import json
from typing import TYPE_CHECKING, Any, NoReturn

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.errors import Conflict, Invalid, Missing
from simulators.flexykey.access import User, basic_credentials

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud
    from simulators.flexykey.unit import Unit

USER = web.RequestKey("user", User)


def authenticate(cloud: FlexyKeyCloud) -> Middleware:
    """Return the middleware that lets only users with the right password and the API privilege through."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        credentials = basic_credentials(request.headers.get("Authorization", ""))
        user = cloud.users.get(credentials[0]) if credentials else None
        if user is None or credentials != (user.username, user.password):
            # The guide shows no error bodies: plain text here and JSON below keep clients from relying on either.
            raise web.HTTPUnauthorized(
                text="Unauthorized",
                headers={"WWW-Authenticate": 'Basic realm="FlexyKey"'},
            )
        if not user.api:
            raise web.HTTPForbidden(text="The user has no API privilege")
        request[USER] = user
        return await handler(request)

    return middleware


def refuse(error: type[web.HTTPError], message: str) -> NoReturn:
    """Refuse a call with a JSON body."""
    raise error(text=json.dumps({"message": message}), content_type="application/json")


@contextmanager
def refusals() -> Iterator[None]:
    """Refuse a call for what the state behind it refuses."""
    try:
        yield
    except Invalid as error:
        refuse(web.HTTPBadRequest, str(error))
    except Missing as error:
        refuse(web.HTTPNotFound, str(error))
    except Conflict as error:
        refuse(web.HTTPConflict, str(error))


def answer(data: object, status: int = 200) -> web.Response:
    """Answer with JSON in UTF-8, letters beyond ASCII as they are."""
    return web.Response(
        status=status,
        text=json.dumps(data, ensure_ascii=False),
        content_type="application/json",
    )


def unit_by_id(cloud: FlexyKeyCloud, user: User, unit_id: int) -> Unit:
    """Return a unit of the user's company."""
    if unit_id not in cloud.units:
        refuse(web.HTTPNotFound, "Unit not found")
    if not user.owns(unit_id):
        refuse(web.HTTPForbidden, "The unit belongs to another company")
    return cloud.units[unit_id]


def unit_by_number(cloud: FlexyKeyCloud, user: User, unit_id: Any) -> Unit:
    """Return the unit of an id that a call gives, if it is a number at all."""
    if not isinstance(unit_id, int) or isinstance(unit_id, bool):
        refuse(web.HTTPBadRequest, "unitId must be a number")
    return unit_by_id(cloud, user, unit_id)


def refuse_evva(unit: Unit) -> Unit:
    """Return a unit unless it is of the other kind, for which only few calls are meant."""
    if unit.is_evva:
        refuse(web.HTTPBadRequest, "Not for Evva units")
    return unit


def unit_by_query(cloud: FlexyKeyCloud, request: web.Request) -> Unit:
    """Return the unit that a query names by exactly one of its id and its serial number."""
    unit_id: Any = request.query.get("unitId")
    if unit_id is not None and unit_id.isdecimal():
        unit_id = int(unit_id)
    return unit_by_either(
        cloud, request[USER], unit_id, request.query.get("serialNumber")
    )


def unit_by_either(
    cloud: FlexyKeyCloud, user: User, unit_id: Any, serial_number: Any
) -> Unit:
    """Return the unit that a call names by exactly one of its id and its serial number."""
    if (unit_id is None) == (serial_number is None):
        refuse(web.HTTPBadRequest, "Specify either unitId or serialNumber")
    if serial_number is None:
        return unit_by_number(cloud, user, unit_id)
    if not isinstance(serial_number, str):
        refuse(web.HTTPBadRequest, "serialNumber must be a string")
    for unit in cloud.units.values():
        if unit.serial_number == serial_number:
            return unit_by_id(cloud, user, unit.unit_id)
    return refuse(web.HTTPNotFound, "Unit not found")
