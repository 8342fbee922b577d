"""How the vendor answers: a code, a message and perhaps data, whatever the status."""

import json
from typing import Final

from aiohttp import web

from simulators.keyvox.options import NumberForm, Options

NOTHING: Final = object()
"""What is answered where there is nothing to tell."""

_SUCCESS = "0"
# What is a number by its meaning; digits in other fields, such as a PIN, are a text.
_NUMBERS = frozenset(
    {
        "id",
        "sTime",
        "eTime",
        "etime",
        "etype",
        "status",
        "battery",
        "relateBattery",
        "wifi",
        "reportTime",
        "pinType",
        "pinStatus",
        "qrStatus",
        "boxSize",
        "records",
        "checkin",
        "checkout",
        "checkIn",
        "checkOut",
        "realCheckin",
        "realCheckout",
        "customerNum",
        "payStateCode",
        "deviceNum",
        "unitNum",
        "placeUtc",
    }
)


def success(options: Options, data: object) -> web.Response:
    """Answer that something was done, or what was asked for."""
    code = _SUCCESS if options.code_form == "string" else int(_SUCCESS)
    told: dict[str, object] = {"code": code, "msg": "success"}
    if data is not NOTHING:
        told["data"] = _written(data, options.number_form)
    elif options.empty_data != "missing":
        told["data"] = None if options.empty_data == "null" else {}
    return _json(told, 200)


def failure(options: Options, code: str, message: str) -> web.Response:
    """Answer that something was not done, and why."""
    return _json({"code": code, "msg": message}, options.error_status)


def message(
    status: int, text: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Answer as the gateway before the vendor's server does."""
    return web.json_response({"message": text}, status=status, headers=headers)


def _json(told: dict[str, object], status: int) -> web.Response:
    """Answer with JSON, letters beyond ASCII as they are."""
    return web.Response(
        status=status,
        body=json.dumps(told, ensure_ascii=False).encode(),
        content_type="application/json",
    )


def _written(data: object, form: NumberForm) -> object:
    """Return data with its numbers in a form, as they stand in the fields that have some."""
    if form == "mixed":
        return data
    match data:
        case dict():
            return {
                name: _number(value, form)
                if name in _NUMBERS
                else _written(value, form)
                for name, value in data.items()
            }
        case list():
            return [_written(item, form) for item in data]
    return data


def _number(value: object, form: NumberForm) -> object:
    """Return a number in a form; what is none stays as it is."""
    if form == "string" and type(value) is int:
        return str(value)
    if form == "number" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value
