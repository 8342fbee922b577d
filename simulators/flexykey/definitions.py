"""The settings that clients may read and change, and what each of their parameters may be."""

from collections.abc import Iterable, Mapping
import re
from typing import Any, TypedDict

from simulators.errors import Invalid


class Definition(TypedDict):
    """A setting as GET /v1/UnitSettings/Definitions lists it."""

    setting: str
    description: str
    params: list[dict[str, Any]]


class Definitions:
    """All settings of the cloud."""

    def __init__(self, items: Iterable[Definition]) -> None:
        """Take the definitions, or say what is wrong with them."""
        self._items: dict[str, Definition] = {}
        for item in items:
            if missing := Definition.__annotations__.keys() - item.keys():
                raise Invalid(f"missing: {', '.join(sorted(missing))}")
            self._items[item["setting"]] = item

    def __contains__(self, setting: object) -> bool:
        """Tell whether there is a setting of this name."""
        return setting in self._items

    def check(self, setting: object, params: object) -> list[Any]:
        """Return the parameters of a setting, or say what is wrong with them."""
        if not isinstance(setting, str) or setting not in self._items:
            raise Invalid("The setting is not approved")
        rules = self._items[setting]["params"]
        if not isinstance(params, list) or len(params) != len(rules):
            raise Invalid(f"params must be a list of {len(rules)}")
        for rule, value in zip(rules, params, strict=True):
            _check(rule, value)
        return params

    def targets(self, setting: str, params: list[Any]) -> list[Any]:
        """Return those parameters by which one row of a setting is told from the others."""
        rules = self._items[setting]["params"]
        return [
            value
            for rule, value in zip(rules, params, strict=False)
            if rule.get("type") == "target"
        ]

    def as_json(self) -> dict[str, object]:
        """Return the definitions as the vendor's interface lists them."""
        return {"items": list(self._items.values())}


def guide_definitions() -> Definitions:
    """Return the guide's two definitions word for word, and one for the third setting that it names."""
    return Definitions(
        (
            {
                "setting": "DefaultRelayPulse",
                "description": "Default relay pulse time.",
                "params": [
                    {
                        "type": "target",
                        "allowed": ["F1", "F2"],
                        "prefix": "X",
                        "prefixMin": 1,
                        "prefixMax": 64,
                    },
                    {"type": "integer", "min": 0, "max": 999999, "unit": "seconds"},
                ],
            },
            {
                "setting": "WifiMode",
                "description": "WiFi mode.",
                "params": [{"type": "enum", "allowed": ["ON", "OFF"]}],
            },
            {
                "setting": "WifiName",
                "description": "WiFi name.",
                "params": [{"type": "text", "maxLength": 32}],
            },
        )
    )


def _check(rule: Mapping[str, Any], value: object) -> None:
    """Refuse a parameter that its rule does not allow; a type that the guide does not show allows everything."""
    match rule.get("type"):
        case "target":
            allowed = value in rule.get("allowed", ()) or _is_numbered(rule, value)
        case "integer":
            allowed = type(value) is int and rule.get(
                "min", value
            ) <= value <= rule.get("max", value)
        case "enum":
            allowed = value in rule.get("allowed", ())
        case "text":
            allowed = isinstance(value, str) and len(value) <= rule.get(
                "maxLength", len(value)
            )
        case _:
            allowed = True
    if not allowed:
        raise Invalid(f"not allowed: {value}")


def _is_numbered(rule: Mapping[str, Any], value: object) -> bool:
    """Tell whether a target is one of those that a prefix and a range stand for."""
    if "prefix" not in rule or not isinstance(value, str):
        return False
    match = re.fullmatch(rf"{re.escape(rule['prefix'])}([1-9][0-9]*)", value)
    return bool(match and rule["prefixMin"] <= int(match[1]) <= rule["prefixMax"])
