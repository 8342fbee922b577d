"""Remote commands of the platform as openings, and its audit logs as their proof."""

import asyncio
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from ..model import Device
from ..openings import SKEW, Proof, RemoteOpening
from ..vendor import AnswerNotUnderstood, NotFound, OutcomeUnknown, VendorError
from . import paths
from .client import KeylessClient
from .wire import OPENING, WireClient, WireCommand, WireGatewayEntry, WireLockEntry

_LOGGER = logging.getLogger(__name__)

_LONGEST_CHOICE: Final = 2.0
"""Seconds for which it is found out which gateway was awake last."""
_YEARS: Final = range(2000, 9000)
_VALIDITY: Final = timedelta(minutes=5)


class Openings:
    """The remote commands of a system (11)."""

    def __init__(self, client: KeylessClient, user_id: str) -> None:
        """Initialize with the API and who we are."""
        self._client = client
        self._user_id = user_id
        self._ways: Mapping[str, Sequence[str]] = {}
        """The active gateways of each lock."""

    @property
    def ahead(self) -> timedelta:
        """Return by how much the platform's clock is ahead of ours."""
        return self._client.transport.ahead

    async def open_door(self, device: Device, known: Container[str]) -> RemoteOpening:
        """Order the lock's gateway to open it (11.1); a doubt is resolved by the list of orders (11.2)."""
        via_id = await self._heard_last(device)
        if via_id is None:
            raise NotFound("no gateway")
        device = replace(device, via_id=via_id)
        try:
            answer = await self._client.issue_command(via_id, device.id)
            opening = _opening(answer.json())
            if _is_for(opening, device, known):
                return opening
        except OutcomeUnknown, AnswerNotUnderstood:
            pass
        try:
            listed = await self.openings()
        except VendorError:
            listed = []
        for opening in listed:
            # Somebody else may have given the same order meanwhile.
            is_ours = opening.issuer.casefold() == self._user_id.casefold()
            if is_ours and _is_for(opening, device, known):
                return opening
        raise OutcomeUnknown("no such order is listed")

    async def _heard_last(self, device: Device) -> str | None:
        """Return the gateway that was awake last, of several that open a lock (9.1); the inventory may not know yet."""
        ways = self._ways.get(device.id, ())
        if len(ways) < 2:
            return device.via_id
        heard: dict[str, datetime] = {}
        with suppress(TimeoutError):
            # Somebody waits: the inventory's choice may be as good.
            async with asyncio.timeout(_LONGEST_CHOICE):
                for gateway_id in ways:
                    try:
                        entries = await self._client.first(
                            f"{paths.GATEWAY_LOG}/system",
                            gateway_device_id=gateway_id,
                            sort_direction="DESC",
                            limit="1",
                        )
                        for raw in entries:
                            if at := WireGatewayEntry.parse(raw).datetime:
                                heard[gateway_id] = at
                    except VendorError as err:
                        _LOGGER.debug("gateway %s was not heard: %s", gateway_id, err)
        return max(heard, key=heard.__getitem__, default=device.via_id)

    async def cancel_opening(self, opening: RemoteOpening) -> None:
        """Cancel an order (11.4); raises Conflict where it was read already."""
        await self._client.cancel_command(opening.id)

    async def opening(self, opening_id: str) -> RemoteOpening:
        """Return how an order stands (11.3)."""
        opening = _opening(await self._client.read(f"{paths.COMMANDS}/{opening_id}"))
        if opening.id != opening_id:
            raise AnswerNotUnderstood("another order")
        return opening

    async def openings(self) -> list[RemoteOpening]:
        """Return all orders that the platform still has (11.2)."""
        openings = []
        for raw in await self._client.every(paths.COMMANDS):
            try:
                openings.append(_opening(raw))
            except AnswerNotUnderstood as err:
                _LOGGER.debug("an order was not understood: %s", err)
        return openings

    async def proofs(self, opening: RemoteOpening) -> Sequence[Proof]:
        """Return what the audit logs of the lock (5.2) and of the gateway (9.2) tell; the lock's say whether it was granted."""
        after = (opening.issued_at - SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")
        by_lock = await self._client.every(
            f"{paths.LOCK_LOG}/audit",
            locking_device_id=opening.device_id,
            after_datetime=after,
        )
        newest = await self._client.first(
            f"{paths.GATEWAY_LOG}/audit",
            gateway_device_id=opening.via_id,
            sort_direction="DESC",
            limit="50",
        )
        return [
            *(proof for raw in by_lock if (proof := _by_lock(raw))),
            *(proof for raw in newest if (proof := _by_gateway(raw, opening.via_id))),
        ]


def _is_for(opening: RemoteOpening, device: Device, known: Container[str]) -> bool:
    """Return whether an order is a new one, for a lock and the gateway that opens it."""
    return (
        opening.id not in known
        and opening.device_id == device.id
        and opening.via_id == device.via_id
    )


def _opening(raw: Any) -> RemoteOpening:
    wire = WireCommand.parse(raw)
    issued_at = wire.issuancedatetime
    if issued_at is None or issued_at.year not in _YEARS:
        raise AnswerNotUnderstood("issuanceDatetime")
    valid_until = wire.validityenddatetime or issued_at + _VALIDITY
    if valid_until.year not in _YEARS:
        raise AnswerNotUnderstood("validityEndDatetime")
    return RemoteOpening(
        id=wire.id,
        device_id=wire.lockingdeviceid,
        via_id=wire.gatewaydeviceid,
        issued_at=issued_at,
        valid_until=valid_until,
        issuer=wire.issueruserid,
        acknowledged_at=wire.acknowledgementdatetime,
        cancelled_at=wire.cancellationdatetime,
    )


def _by_lock(raw: Any) -> Proof | None:
    """Return what a lock tells of an operation by a gateway; a phone at the same door proves nothing."""
    try:
        entry = WireLockEntry.parse(raw)
        client = WireClient.parse(entry.client)
    except AnswerNotUnderstood:
        return None
    if "GATEWAY" not in client.type.upper() or entry.granted is None:
        return None
    if entry.eventname not in OPENING or entry.occurrencedatetime is None:
        return None
    return Proof(
        device_id=entry.lockingdeviceid,
        via_id=client.gatewaydeviceid or None,
        occurred_at=entry.occurrencedatetime,
        granted=entry.granted,
        key=entry.id,
    )


def _by_gateway(raw: Any, gateway_id: str) -> Proof | None:
    """Return what a gateway tells of an order that it has carried out; it names the order."""
    try:
        entry = WireGatewayEntry.parse(raw)
    except AnswerNotUnderstood:
        return None
    if not entry.remotecommandid or entry.datetime is None:
        return None
    if entry.conversationname not in OPENING:
        return None
    return Proof(
        device_id=entry.lockingdeviceid,
        via_id=gateway_id,
        occurred_at=entry.datetime,
        granted=True,
        opening_id=entry.remotecommandid,
    )
