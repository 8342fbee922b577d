"""The access lists under /v1/UnitIdEntries: the guide's section 8."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.access import User
from simulators.flexykey.api.bodies import json_body, path_number, query_number
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refusals,
    refuse,
    unit_by_id,
    unit_by_number,
)
from simulators.flexykey.entries import Entry
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud
    from simulators.flexykey.program import Program

MOST_ROWS = 500
"""As many as one request answers."""


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that read and change access lists."""

    async def show(request: web.Request) -> web.Response:
        unit = unit_by_id(cloud, request[USER], query_number(request, "unitId"))
        limit = query_number(request, "limit", MOST_ROWS)
        offset = query_number(request, "offset", 0)
        if not limit:
            refuse(web.HTTPBadRequest, "limit must be at least 1")
        search = request.query.get("search", "")
        found = [
            entry
            for entry in cloud.programs[unit.unit_id].entries
            if entry.matches(search)
        ]
        page = found[offset : offset + min(limit, MOST_ROWS)]
        rows = [_row(cloud, entry) for entry in page]
        return answer({"items": rows} if _form(cloud) == "envelope" else rows)

    async def create(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = unit_by_number(cloud, request[USER], body.get("unitId"))
        with refusals():
            entry = cloud.programs[unit.unit_id].entries.create(body)
        return _changed(cloud, entry, 201)

    async def change(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = unit_by_number(cloud, request[USER], body.get("unitId"))
        entry_id = path_number(request, "id")
        program = _program_with(cloud, request[USER], entry_id)
        if program.unit is not unit:
            refuse(web.HTTPBadRequest, "unitId does not match the entry")
        with refusals():
            entry = program.entries.change(entry_id, body)
        return _changed(cloud, entry, 200)

    async def delete(request: web.Request) -> web.Response:
        entry_id = path_number(request, "id")
        program = _program_with(cloud, request[USER], entry_id)
        with refusals():
            program.entries.delete(entry_id)
        return web.Response(status=204)

    return [
        any_case("GET", "/v1/UnitIdEntries", show),
        any_case("POST", "/v1/UnitIdEntries", create),
        any_case("PUT", "/v1/UnitIdEntries/{id}", change),
        any_case("DELETE", "/v1/UnitIdEntries/{id}", delete),
    ]


def _program_with(cloud: FlexyKeyCloud, user: User, entry_id: int) -> Program:
    """Return the programming of the unit, of the user's company, that has an entry."""
    programs = cloud.programs.values()
    program = next((each for each in programs if entry_id in each.entries), None)
    if program is None:
        refuse(web.HTTPNotFound, "Entry not found")
    unit_by_id(cloud, user, program.unit.unit_id)
    return program


def _changed(cloud: FlexyKeyCloud, entry: Entry, status: int) -> web.Response:
    """Answer with an entry, or in the way that says nothing of it."""
    if cloud.options.entry_answer == "empty":
        return web.Response()
    return answer(_row(cloud, entry), status)


def _row(cloud: FlexyKeyCloud, entry: Entry) -> dict[str, object]:
    """Return a row in the chosen form."""
    row: dict[str, object] = {**entry.row()}
    if _form(cloud) == "bare":
        del row["unitSyncState"]
    return row


def _form(cloud: FlexyKeyCloud) -> str:
    """Return the form in which entries are answered."""
    return cloud.options.entry_form
