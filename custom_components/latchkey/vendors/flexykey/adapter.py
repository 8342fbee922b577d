"""FlexyKey's units, relays and inputs as Latchkey's devices, outputs and inputs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import ClientSession, encode_basic_auth

from ..clock import utc_now
from ..model import (
    Account,
    Capability,
    Device,
    DeviceKind,
    Input,
    Inventory,
    Output,
    Status,
)
from ..transport import Transport, base_address
from ..vendor import InvalidField
from .booking import Bookings
from .client import FlexyKeyClient
from .entries import AccessList
from .info import UnitInformation
from .log import UnitLogs
from .measures import measured, named, names
from .settings import UnitSettings
from .statuses import all_of
from .webhooks import Webhooks
from .wire import WireExpansion, WireIO, WireUnit

_CAPABILITIES: Final = frozenset(
    {
        Capability.LOG,
        Capability.PASSAGES,
        Capability.PUSH,
        Capability.READINGS,
        Capability.REQUESTS,
        Capability.SETTINGS,
    }
)
_PULSE: Final = range(1, 100_000)


def connect(session: ClientSession, fields: Mapping[str, str]) -> FlexyKey:
    """Return the account; raises InvalidField where a field cannot be right."""
    username = fields["username"].strip()
    if not username or ":" in username:
        # Basic authentication ends the user name at the first colon.
        raise InvalidField("username", "invalid_username")
    credentials = encode_basic_auth(username, fields["password"])
    transport = Transport(
        session,
        base_address("url", fields["url"]),
        lambda method, url, body: {"Authorization": credentials},
    )
    return FlexyKey(FlexyKeyClient(transport), username)


class FlexyKey(AccessList, UnitInformation, UnitSettings, UnitLogs, Webhooks, Bookings):
    """A FlexyWeb user's units."""

    def __init__(
        self,
        client: FlexyKeyClient,
        username: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Initialize with the API and its user's name."""
        super().__init__(client, clock)
        self._username = username

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many requests were sent, repeated, and failed in which way."""
        return self._client.transport.counts

    async def account(self) -> Account:
        """Return the user; the list of units is the guide's own first call."""
        await self._client.units()
        return Account(id=self._username.casefold(), name=self._username)

    async def inventory(self) -> Inventory:
        """Return the units and those of their expansions that have relays or inputs."""
        units, complete = await self._client.units()
        devices: list[Device] = []
        for unit in units:
            parts, parts_complete = _devices(unit)
            devices += parts
            complete = complete and parts_complete
        self._names = {device.id: device.name or device.label for device in devices}
        self._measures = {str(unit.unitid): names(unit) for unit in units}
        # How old the text is, the vendor does not tell.
        readings = {
            str(unit.unitid): named(measured(unit.unitinfo, None), names(unit))
            for unit in units
        }
        return Inventory(devices=tuple(devices), complete=complete, readings=readings)

    async def status(self, device: Device) -> Status:
        """Return the state of a unit and its expansions."""
        return self._status(await self._client.status(device.root_id))

    async def set_output(self, device: Device, output_id: str, *, on: bool) -> datetime:
        """Turn a relay on or off."""
        return await self._client.control(
            device.root_id, output_id, "ON" if on else "OFF"
        )

    async def pulse_output(
        self, device: Device, output_id: str, seconds: int
    ) -> datetime:
        """Turn a relay on for some seconds."""
        return await self._client.control(device.root_id, output_id, str(seconds))


def _devices(unit: WireUnit) -> tuple[list[Device], bool]:
    """Return a unit and its expansions, and whether all of it could be read."""
    unit_id = str(unit.unitid)
    outputs, inputs, complete = _points(unit)
    devices = [
        Device(
            id=unit_id,
            label=unit_id,
            kind=DeviceKind.UNIT,
            name=unit.name,
            manufacturer="FlexAccess",
            model=unit.unittype or None,
            serial=unit.serialnumber or None,
            firmware=unit.softversion or None,
            outputs=outputs,
            inputs=inputs,
            capabilities=_capabilities(unit),
        )
    ]
    expansions, all_read = all_of(WireExpansion, unit.expansions)
    complete = complete and all_read
    for expansion in expansions:
        outputs, inputs, all_read = _points(expansion)
        complete = complete and all_read
        if outputs or inputs:
            number = str(expansion.number)
            devices.append(
                Device(
                    id=f"{unit_id}-{number}",
                    label=number,
                    kind=DeviceKind.EXPANSION,
                    name=expansion.description,
                    parent_id=unit_id,
                    outputs=outputs,
                    inputs=inputs,
                )
            )
    return devices, complete


def _points(
    owner: WireUnit | WireExpansion,
) -> tuple[tuple[Output, ...], tuple[Input, ...], bool]:
    relays, relays_read = all_of(WireIO, owner.relays)
    contacts, contacts_read = all_of(WireIO, owner.inputs)
    return (
        tuple(
            Output(id=io.globalnumber, name=io.description, pulse=_PULSE)
            for io in _named(relays)
        ),
        tuple(
            Input(id=io.globalnumber, name=io.description) for io in _named(contacts)
        ),
        relays_read and contacts_read,
    )


def _named(ios: Iterable[WireIO]) -> Iterable[WireIO]:
    """Return those with a global number, the first of each."""
    named: dict[str, WireIO] = {}
    for io in ios:
        if io.globalnumber:
            named.setdefault(io.globalnumber, io)
    return named.values()


def _capabilities(unit: WireUnit) -> frozenset[Capability]:
    """Return what a unit can do: Evva's have no log (guide 13), and no CHECK commands, settings or ASTAT either.

    How the vendor writes their type is not documented; it is recognised by the name in it.
    """
    if "evva" in unit.unittype.casefold():
        return frozenset()
    return _CAPABILITIES
