"""FlexyKey's unit settings: definitions with parameters as settings of one value each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPMethod
from math import isfinite
import re
from typing import Any, Final

from ..clock import utc_now
from ..model import Device
from ..settings import Setting, SettingKind
from ..vendor import (
    AnswerNotUnderstood,
    InvalidField,
    NotFound,
    OutcomeUnknown,
    VendorError,
)
from . import paths
from .client import FlexyKeyClient, items
from .part import Part
from .wire_more import WireDefinition, WireParam, WireSetting

_DEFINITIONS_AGE: Final = timedelta(hours=1)
_TARGET: Final = "target"
_NUMBER: Final = "integer"
_ENUM: Final = "enum"
_TEXT: Final = ("text", "string")
_ON_OFF: Final = {"ON", "OFF"}
_SECRET: Final = re.compile(
    "pass|pw|pin|cod|kod|psk|key|nyckel|l[oö]sen|secret|token", re.IGNORECASE
)
"""What in the name or the description of a setting tells of a value that is nothing to be shown."""
_NAMES: Final = re.compile("(?:name|namn|label)$", re.IGNORECASE)
"""The names of the texts that are shown: of any other, nobody knows what stands in it."""
_NUMBERS: Final = re.compile("tel|phone|sms|num", re.IGNORECASE)

type _Definition = tuple[WireDefinition, Sequence[WireParam | None]]


class UnitSettings(Part):
    """The settings of an account's units (guide 9)."""

    def __init__(
        self, client: FlexyKeyClient, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Initialize with the API."""
        super().__init__(client, clock)
        self._definitions: Mapping[str, _Definition] = {}
        self._definitions_read: datetime | None = None

    async def settings(self, device: Device) -> list[Setting]:
        """Return the settings that a unit has and that have a definition (GET /UnitSettings, 9.1 and 9.2).

        A parameter of an unknown type has no setting, nor has one whose name tells of a secret.
        """
        definitions = await self._defined()
        return [
            setting
            for row in await self._rows(device)
            for _, setting in _settings(row, definitions)
        ]

    async def change_setting(
        self, device: Device, setting: Setting, value: float | str | bool
    ) -> None:
        """Change one parameter of a row, the others as the server has them (PUT /UnitSettings, 9.3).

        Raises InvalidField for what the definition does not allow, NotFound where the unit lacks the setting.
        """
        if not _allows(setting, value):
            raise InvalidField("value", "not_allowed")
        definitions = await self._defined()
        for row in await self._rows(device):
            for place, held in _settings(row, definitions):
                if held.id == setting.id:
                    params = list(row.params)
                    params[place] = _raw(setting, value)
                    await self._put(device, row.setting, params)
                    return
        raise NotFound("setting")

    async def _put(self, device: Device, name: str, params: list[Any]) -> None:
        body = {"unitId": int(device.root_id), "setting": name, "params": params}
        try:
            await self._client.command(HTTPMethod.PUT, paths.SETTINGS, body)
        except OutcomeUnknown:
            # It can be read back, so that nobody is left in doubt.
            if not await self._has(device, name, params):
                raise

    async def _has(self, device: Device, name: str, params: list[Any]) -> bool:
        """Return whether the server certainly has a row."""
        wanted = [str(param) for param in params]
        try:
            rows = await self._rows(device)
        except VendorError:
            return False
        return any(
            row.setting == name and [str(param) for param in row.params] == wanted
            for row in rows
        )

    async def _rows(self, device: Device) -> list[WireSetting]:
        raw = await self._client.transport.read(
            paths.SETTINGS, {"unitId": device.root_id}
        )
        rows, _ = WireSetting.parse_all(items(raw))
        return [row for row in rows if isinstance(row.params, list)]

    async def _defined(self) -> Mapping[str, _Definition]:
        """Return the definitions, read anew once an hour (GET /UnitSettings/Definitions, 9.1)."""
        now = self._clock()
        read = self._definitions_read
        if read is None or not read <= now < read + _DEFINITIONS_AGE:
            raw = await self._client.transport.read(paths.DEFINITIONS)
            definitions, _ = WireDefinition.parse_all(items(raw))
            self._definitions = {
                definition.setting: (definition, _params(definition))
                for definition in definitions
                if not _SECRET.search(f"{definition.setting} {definition.description}")
            }
            self._definitions_read = now
        return self._definitions


def _params(definition: WireDefinition) -> list[WireParam | None]:
    """Return the rules of the parameters; None for one that is not offered, so that each keeps its place."""
    rules: list[WireParam | None] = []
    raw = definition.params
    for param in raw if isinstance(raw, list) else []:
        try:
            rule = WireParam.parse(param)
        except AnswerNotUnderstood:
            rules.append(None)
        else:
            hidden = rule.type.lower() in _TEXT and not _is_name(definition.setting)
            rules.append(None if hidden else rule)
    return rules


def _is_name(setting: str) -> bool:
    return bool(_NAMES.search(setting)) and not _NUMBERS.search(setting)


def _settings(
    row: WireSetting, definitions: Mapping[str, _Definition]
) -> Iterator[tuple[int, Setting]]:
    """Return a row's settings with the places of their parameters."""
    if row.setting not in definitions:
        return
    definition, rules = definitions[row.setting]
    if len(rules) != len(row.params):
        return
    targets = [
        str(value)
        for rule, value in zip(rules, row.params, strict=True)
        if rule and rule.type.lower() == _TARGET
    ]
    values = [rule if rule and rule.type.lower() != _TARGET else None for rule in rules]
    base = definition.description.rstrip(". ") or row.setting
    for place, (rule, value) in enumerate(zip(rules, row.params, strict=True)):
        if rule is None or (kind := _kind(rule)) is None:
            continue
        parts = [base, *targets]
        if sum(each is not None for each in values) > 1:
            parts.append(str(sum(each is not None for each in values[:place]) + 1))
        options = tuple(str(each) for each in rule.allowed or ())
        setting = Setting(
            id="/".join((row.setting, *targets, str(place))),
            kind=kind,
            name=" ".join(parts),
            value=_value(kind, value, options),
            minimum=rule.min,
            maximum=rule.max,
            unit=rule.unit,
            options=options,
            longest=max(0, rule.maxlength),
        )
        if not _allows(setting, setting.value):
            setting = replace(setting, value=None)
        yield place, setting


def _kind(rule: WireParam) -> SettingKind | None:
    kind = rule.type.lower()
    if (
        kind == _NUMBER
        and isfinite(rule.min)
        and isfinite(rule.max)
        and rule.max > rule.min
    ):
        return SettingKind.NUMBER
    if kind in _TEXT:
        return SettingKind.TEXT
    if kind == _ENUM and isinstance(rule.allowed, list) and rule.allowed:
        words = {str(word).upper() for word in rule.allowed}
        return SettingKind.SWITCH if words == _ON_OFF else SettingKind.SELECT
    return None


def _value(kind: SettingKind, raw: Any, options: tuple[str, ...]) -> Any:
    """Return a value as its kind has it, None for what is nothing of the kind."""
    text = "" if raw is None else str(raw).strip()
    match kind:
        case SettingKind.NUMBER:
            try:
                return float(text)
            except ValueError:
                return None
        case SettingKind.SWITCH:
            return {"ON": True, "OFF": False}.get(text.upper())
        case SettingKind.SELECT:
            return next((word for word in options if word == text), None)
    return text


def _allows(setting: Setting, value: Any) -> bool:
    match setting.kind:
        case SettingKind.NUMBER:
            return (
                isinstance(value, float | int)
                and isfinite(value)
                and float(value).is_integer()
                and setting.minimum <= value <= setting.maximum
            )
        case SettingKind.SWITCH:
            return isinstance(value, bool)
        case SettingKind.SELECT:
            return value in setting.options
        case SettingKind.TEXT:
            return (
                isinstance(value, str)
                and (value == "" or value.isprintable())
                and len(value) <= setting.longest
            )


def _raw(setting: Setting, value: float | str | bool) -> Any:
    """Return a value as the vendor writes it."""
    if setting.kind is SettingKind.SWITCH:
        word = "ON" if value else "OFF"
        return next(each for each in setting.options if each.upper() == word)
    return int(value) if setting.kind is SettingKind.NUMBER else value
