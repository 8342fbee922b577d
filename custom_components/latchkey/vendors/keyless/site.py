"""The platform's gateways, locking devices and associations, as far as they are changed from here."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPMethod
from typing import Final

from ..model import Device
from ..site import ClaimedGateway
from ..transport import JSON, Answer
from ..vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    VendorError,
)
from . import paths
from .client import KeylessClient
from .wire import WireAssociation, WireGateway, WireLock

JSON_PATCH: Final = "application/json-patch+json"


class OtherMediaType(InvalidRequest):
    """The platform takes bodies of another media type; nothing was done."""


class Site:
    """What stands at the site of a system (4, 8, 10, 12)."""

    def __init__(self, client: KeylessClient) -> None:
        """Initialize with the API."""
        self._client = client
        # Two that are made at once could not be told apart if one is in doubt.
        self._turn = asyncio.Lock()

    async def claim_gateway(self, code: str) -> ClaimedGateway:
        """Claim a gateway by the code on its back (8.1)."""
        body = {"claimingCode": code}
        gateway = await self._made(
            WireGateway, paths.GATEWAYS, paths.CLAIM, body, lambda _: True
        )
        return ClaimedGateway(id=gateway.id, serial=gateway.serialnumber or None)

    async def delete_gateway(self, gateway: Device) -> None:
        """Delete a gateway (8.4); its box can be claimed again once it is reset."""
        await self._delete(WireGateway, paths.GATEWAYS, gateway.id)

    async def associate(self, lock: Device, gateway: Device) -> None:
        """Associate a lock with a gateway (10.1)."""
        body = {"gatewayDeviceId": gateway.id, "lockingDeviceId": lock.id}
        try:
            await self._command(HTTPMethod.POST, paths.ASSOCIATIONS, body)
        except OutcomeUnknown:
            if not await _read_back(self._associations(lock, gateway)):
                raise

    async def dissociate(self, lock: Device, gateway: Device) -> None:
        """Delete the association of a lock with a gateway (10.4), which the list names (10.2); all, if it is there twice."""
        associations = await self._associations(lock, gateway)
        if not associations:
            raise NotFound("no association")
        for association in associations:
            await self._delete(
                WireAssociation,
                paths.ASSOCIATIONS,
                association.id,
                gateway_device_id=gateway.id,
            )

    async def create_locking_device(self, name: str) -> str:
        """Create an unclaimed lock (4.2)."""
        lock = await self._made(
            WireLock,
            paths.LOCKS,
            paths.LOCKS,
            {"name": name},
            lambda lock: lock.name == name and lock.is_unclaimed,
        )
        return lock.id

    async def rename_locking_device(self, lock: Device, name: str) -> None:
        """Replace a lock's name (4.3); the media type of the change is not documented, and a refused one did nothing."""
        change = [{"op": "replace", "path": "/name", "value": name}]
        path = paths.one(paths.LOCKS, lock.id)
        try:
            try:
                await self._command(HTTPMethod.PATCH, path, change, JSON_PATCH)
            except OtherMediaType:
                await self._command(HTTPMethod.PATCH, path, change)
        except OutcomeUnknown:
            if (await _read_back(self._lock(lock))).name != name:
                raise

    async def is_claimed(self, lock: Device) -> bool:
        """Return whether a lock is claimed (4.4); what is not certainly unclaimed may be."""
        return not (await self._lock(lock)).is_unclaimed

    async def delete_locking_device(self, lock: Device) -> None:
        """Delete a lock with all that belongs to it (4.5)."""
        await self._delete(WireLock, paths.LOCKS, lock.id)

    async def start_re_keying(self, lock: Device) -> None:
        """Start re-keying a lock's operational certificate (12.1); nothing tells of it, so that a doubt remains one."""
        path = f"{paths.one(paths.LOCKS, lock.id)}/{paths.RE_KEY}"
        await self._command(HTTPMethod.POST, path)

    async def _lock(self, lock: Device) -> WireLock:
        path = paths.one(paths.LOCKS, lock.id)
        return WireLock.parse(await self._client.read(path))

    async def _associations(
        self, lock: Device, gateway: Device
    ) -> list[WireAssociation]:
        listed = await self._listed(
            WireAssociation, paths.ASSOCIATIONS, gateway_device_id=gateway.id
        )
        return [
            association
            for association in listed
            if (association.gatewaydeviceid, association.lockingdeviceid)
            == (gateway.id, lock.id)
        ]

    async def _command(
        self,
        method: HTTPMethod,
        path: str,
        body: object = None,
        media_type: str = JSON,
    ) -> Answer:
        """Send a command, once; a page that somebody else answers with leaves its outcome in doubt."""
        answer = await self._client.command(method, path, body, media_type)
        try:
            if answer.body.strip():
                answer.json()
        except AnswerNotUnderstood:
            raise OutcomeUnknown("not JSON") from None
        return answer

    async def _made[W: (WireGateway, WireLock)](
        self,
        wire: type[W],
        listing: str,
        path: str,
        body: object,
        is_it: Callable[[W], bool],
    ) -> W:
        """Make something; in doubt it is what the list holds now and did not before, if that is one thing."""
        async with self._turn:
            before = {each.id for each in await self._listed(wire, listing)}
            try:
                answer = await self._command(HTTPMethod.POST, path, body)
                made = wire.parse(answer.json())
                if made.id and made.id not in before:
                    return made
            except OutcomeUnknown, AnswerNotUnderstood:
                pass
            after = await _read_back(self._listed(wire, listing))
        new = [each for each in after if each.id not in before and is_it(each)]
        if len(new) != 1:
            raise OutcomeUnknown(f"{len(new)} new in the list")
        return new[0]

    async def _delete[W: (WireAssociation, WireGateway, WireLock)](
        self, wire: type[W], listing: str, one_id: str, **query: str
    ) -> None:
        """Delete something; in doubt it is gone if the list holds it no more."""
        try:
            await self._command(HTTPMethod.DELETE, paths.one(listing, one_id))
        except OutcomeUnknown:
            left = await _read_back(self._listed(wire, listing, **query))
            if any(each.id == one_id for each in left):
                raise

    async def _listed[W: (WireAssociation, WireGateway, WireLock)](
        self, wire: type[W], listing: str, **query: str
    ) -> list[W]:
        """Return all of a list; where something in it cannot be read, an absence would mean nothing."""
        listed, all_ = wire.parse_all(await self._client.every(listing, **query))
        if not all_:
            raise AnswerNotUnderstood(wire.__name__)
        return listed


async def _read_back[T](reading: Awaitable[T]) -> T:
    """Return what is read to resolve a doubt; where it cannot be read, the doubt remains."""
    try:
        return await reading
    except VendorError as err:
        raise OutcomeUnknown(err.key) from None
