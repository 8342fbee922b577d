"""The units of the vendor's guide, and a generator of any number of further ones."""

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from simulators.errors import Invalid
from simulators.flexykey.documents import EVVA, Expansion, Io, UnitDocument

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Shape:
    """How many relays and inputs a generated unit has."""

    relays: int = 2
    inputs: int = 2
    expansions: int = 0
    expansion_relays: int = 4
    expansion_inputs: int = 4

    def __post_init__(self) -> None:
        """Refuse what the vendor's numbering cannot name."""
        limits = {
            "relays": 2,
            "inputs": 6,
            "expansions": 16,
            "expansion_relays": 4,
            "expansion_inputs": 4,
        }
        for field, most in limits.items():
            value = getattr(self, field)
            if not isinstance(value, int) or not 0 <= value <= most:
                raise Invalid(f"{field} must be 0 to {most}")

    @classmethod
    def of_entities(cls, count: int) -> Shape:
        """Return a shape with exactly this many relays and inputs, 2 to 104, on modules of two relays and four inputs."""
        if not isinstance(count, int) or not 2 <= count <= 104:
            raise Invalid("entities must be 2 to 104")
        expansions = min(16, (count - 2) // 6)
        return cls(2, count - 2 - 6 * expansions, expansions, 2, 4)


def guide_units() -> list[UnitDocument]:
    """Return the two units that the guide lists, word for word."""
    units: list[UnitDocument] = json.loads(
        (_FOLDER / "guide_units.json").read_text("utf-8")
    )
    return units


def example_unit() -> dict[str, Any]:
    """Return the unit of the guide's control examples, with what its status shows beyond the unit's own lists."""
    unit: dict[str, Any] = json.loads(
        (_FOLDER / "example_unit.json").read_text("utf-8")
    )
    return unit


def generate_unit(unit_id: int, shape: Shape | None = None) -> UnitDocument:
    """Return a unit of a shape; everything in it follows from its id."""
    shape = shape or Shape()
    serial = f"{unit_id:015d}"
    return {
        "unitId": unit_id,
        "unitType": "FlexyKey",
        "serialnumber": serial,
        "ownPhoneOrID": f"071{unit_id:011d}",
        "name": f"Unit {unit_id}",
        "softVersion": "09.15",
        "unitInfo": f"Maccess 09.15 Sn: {serial} SIMCOM_SIM7600E LE11B03SIM7600M21-A T=30 Rssi=25 ESP32-D0WD-V3 F:16 R:4 "
        "RssiW=0 CN:GSM Build Feb 17 2026 FKV3 Gate",
        "unitNote": None,
        "timezoneId": "W. Europe Standard Time",
        "timezoneInfo": "(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien",
        "created": "2025-09-30T12:35:55Z",
        "relays": _ios("F", 1, shape.relays),
        "inputs": _ios("IN", 1, shape.inputs),
        "expansions": [
            generate_expansion(
                number, shape.expansion_relays, shape.expansion_inputs, owner=unit_id
            )
            for number in range(1, shape.expansions + 1)
        ],
    }


def evva_unit(unit_id: int, name: str) -> UnitDocument:
    """Return a unit of the other kind; the guide shows none, so all but its type is as elsewhere."""
    return generate_unit(unit_id, Shape(0, 0)) | {
        "unitType": EVVA,
        "name": name,
        "softVersion": "",
        "unitInfo": "",
    }


def generate_expansion(
    number: int, relays: int = 2, inputs: int = 4, *, owner: int = 0
) -> Expansion:
    """Return an expansion module whose numbers begin where the guide's begin: four for each module."""
    if not 1 <= number <= 16 or not 0 <= relays <= 4 or not 0 <= inputs <= 4:
        raise Invalid(
            "an expansion has a number from 1 to 16, up to 4 relays and up to 4 inputs"
        )
    first = 4 * (number - 1) + 1
    mac = bytes((2, 0, *owner.to_bytes(8)[-3:], number))
    return {
        "number": number,
        "type": "WEXP",
        "description": f"Module {number}",
        "macAddress": mac.hex(":"),
        "hexAddress": f"{number - 1:X}",
        "relays": _ios("X", first, relays),
        "inputs": _ios("IX", first, inputs),
    }


def _ios(kind: str, first: int, count: int) -> list[Io]:
    """Return relays or inputs in a row, described by their own names."""
    return [
        {
            "localNumber": local + 1,
            "globalNumber": f"{kind}{first + local}",
            "description": f"{kind}{first + local}",
        }
        for local in range(count)
    ]
