"""FlexyKey's unit settings: definitions with parameters as settings of one value each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPMethod
import re
from typing import Any, Final

from ..model import Device
from ..settings import Setting, SettingKind
from ..vendor import AnswerNotUnderstood, InvalidField, NotFound, OutcomeUnknown
from . import paths
from .client import FlexyKeyClient, items
from .part import Part, utc_now
from .wire_more import WireDefinition, WireParam, WireSetting

_DEFINITIONS_AGE: Final = timedelta(hours=1)
_TARGET: Final = "target"
_NUMBER: Final = "integer"
_ENUM: Final = "enum"
_TEXT: Final = ("text", "string")
_ON_OFF: Final = {"ON", "OFF"}
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SECRET: Final = frozenset(
    [
        "code",
        "codes",
        "key",
        "keys",
        "number",
        "numbers",
        "password",
        "passwd",
        "passphrase",
        "phone",
        "pin",
        "pins",
        "psk",
        "pwd",
        "secret",
        "sms",
        "tag",
        "token",
    ]
)
"""Words in the name of a setting whose value is nothing to be shown."""

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
        _check(setting, value)
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
            wanted = [str(param) for param in params]
            if not any(
                row.setting == name and [str(param) for param in row.params] == wanted
                for row in await self._rows(device)
            ):
                raise

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
                definition.setting: (definition, _params(definition.params))
                for definition in definitions
                if _SECRET.isdisjoint(
                    word.lower() for word in _WORD.findall(definition.setting)
                )
            }
            self._definitions_read = now
        return self._definitions


def _params(raw: Any) -> list[WireParam | None]:
    """Return the rules of the parameters, None for one that cannot be read, so that each keeps its place."""
    rules: list[WireParam | None] = []
    for param in raw if isinstance(raw, list) else []:
        try:
            rules.append(WireParam.parse(param))
        except AnswerNotUnderstood:
            rules.append(None)
    return rules


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
        if rule and rule.type == _TARGET
    ]
    values = [rule for rule in rules if rule and rule.type != _TARGET]
    base = definition.description.rstrip(". ") or row.setting
    for place, (rule, value) in enumerate(zip(rules, row.params, strict=True)):
        if rule is None or (kind := _kind(rule)) is None:
            continue
        parts = [base, *targets]
        if len(values) > 1:
            parts.append(str(values.index(rule) + 1))
        options = tuple(str(each) for each in rule.allowed or ())
        yield (
            place,
            Setting(
                id="/".join((row.setting, *targets, str(place))),
                kind=kind,
                name=" ".join(parts),
                value=_value(kind, value, options),
                minimum=rule.min,
                maximum=rule.max,
                unit=rule.unit,
                options=options,
                longest=rule.maxlength,
            ),
        )


def _kind(rule: WireParam) -> SettingKind | None:
    kind = rule.type.lower()
    if kind == _NUMBER and rule.max > rule.min:
        return SettingKind.NUMBER
    if kind in _TEXT:
        return SettingKind.TEXT
    if kind == _ENUM and isinstance(rule.allowed, list) and rule.allowed:
        words = {str(word).upper() for word in rule.allowed}
        return SettingKind.SWITCH if words == _ON_OFF else SettingKind.SELECT
    return None


def _value(
    kind: SettingKind, raw: Any, options: tuple[str, ...]
) -> float | str | bool | None:
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


def _check(setting: Setting, value: float | str | bool) -> None:
    match setting.kind:
        case SettingKind.NUMBER:
            allowed = (
                isinstance(value, float | int)
                and float(value).is_integer()
                and setting.minimum <= value <= setting.maximum
            )
        case SettingKind.SWITCH:
            allowed = isinstance(value, bool)
        case SettingKind.SELECT:
            allowed = value in setting.options
        case SettingKind.TEXT:
            allowed = (
                isinstance(value, str)
                and value.isprintable()
                and len(value) <= setting.longest
            )
    if not allowed:
        raise InvalidField("value", "not_allowed")


def _raw(setting: Setting, value: float | str | bool) -> Any:
    """Return a value as the vendor writes it."""
    if setting.kind is SettingKind.SWITCH:
        word = "ON" if value else "OFF"
        return next(each for each in setting.options if each.upper() == word)
    return int(value) if setting.kind is SettingKind.NUMBER else value
