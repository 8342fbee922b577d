"""The platform's gateways and locking devices as Latchkey's devices."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPMethod
from typing import Any, Final

from aiohttp import ClientSession
import orjson
from yarl import URL

from ..clock import utc_now
from ..model import Account, Capability, Device, DeviceKind, Inventory
from ..readings import Reading, ReadingKind
from ..transport import Transport, base_address
from ..vendor import (
    AnswerNotUnderstood,
    InvalidField,
    NotAvailable,
    VendorError,
    WrongCredentials,
    WrongPath,
)
from ..wire import Wire
from . import paths
from .client import MEDIA_TYPE, KeylessClient
from .grants import Grants
from .hints import Events
from .logs import Logs
from .openings import Openings
from .site import OtherMediaType, Site
from .token import Token
from .values import ID
from .wire import WireAssociation, WireCertificate, WireGateway, WireLock

_CERTIFICATES: Final = {
    "operationalcertificate": ReadingKind.CERTIFICATE_END,
    "manufacturingcertificate": ReadingKind.MANUFACTURING_CERTIFICATE_END,
}


def connect(session: ClientSession, fields: Mapping[str, str]) -> Keyless:
    """Return the account; raises InvalidField where a field cannot be right."""
    user_id = fields["user_id"].strip()
    if not ID.fullmatch(user_id):
        raise InvalidField("user_id", "invalid_user_id")
    api_key = fields["api_key"].strip()
    if not api_key.isascii() or not api_key.isprintable():
        raise InvalidField("api_key", "invalid_api_key")
    headers = {"Accept": MEDIA_TYPE, "X-Api-Key": api_key}

    def sign(method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
        if url.name == paths.LOGIN or not token.value:
            return headers
        return {**headers, "Authorization": f"Bearer {token.value}"}

    transport = Transport(
        session, base_address("url", fields["url"]), sign, judge=_judge
    )
    token = Token(transport, user_id, fields["access_key"].strip(), utc_now)
    return Keyless(KeylessClient(transport, token), user_id, utc_now)


def _judge(status: int, body: bytes) -> VendorError | None:
    """Return what a refusal means: the gateway before the platform, which knows keys and routes, tells no problem (1.5)."""
    try:
        problem = orjson.loads(body)
    except orjson.JSONDecodeError:
        problem = None
    is_problem = isinstance(problem, dict) and (
        "detail" in problem or "title" in problem
    )
    if status == 403:
        if not is_problem:
            # What stands before the platform may answer so to a path that it does not know.
            is_path = b"missing authentication token" in body.lower()
            return WrongPath() if is_path else WrongCredentials("API key")
        if "environment" in str(problem.get("detail")).casefold():
            return NotAvailable("environment")
    if status == 404 and not is_problem:
        return WrongPath()
    if status == 415:
        return OtherMediaType()
    return None


class Keyless(Grants, Openings, Logs, Events, Site):
    """One system of the platform."""

    def __init__(
        self,
        client: KeylessClient,
        user_id: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Initialize with the API and its administrator."""
        Grants.__init__(self, client, clock)
        Openings.__init__(self, client, user_id)
        Logs.__init__(self, client, clock)
        Site.__init__(self, client)

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many requests were sent, repeated, and failed in which way."""
        return self._client.transport.counts

    async def account(self) -> Account:
        """Return the system that the administrator's token is for."""
        tenant = await self._client.tenant() or self._user_id
        # The key may be good for a login alone; the list needs the role too.
        await self._client.first(paths.GATEWAYS, limit="1")
        return Account(id=tenant.casefold(), name=tenant[:8])

    async def inventory(self) -> Inventory:
        """Return the gateways, and the locks with the gateway that each is reached by (4.1, 8.2, 10.2)."""
        gateways, all_gateways = WireGateway.parse_all(
            await self._client.every(paths.GATEWAYS)
        )
        locks, all_locks = WireLock.parse_all(await self._client.every(paths.LOCKS))
        associations, all_associations = WireAssociation.parse_all(
            await self._client.every(paths.ASSOCIATIONS)
        )
        active = {gateway.id for gateway in gateways if _is_active(gateway)}
        reached_by: defaultdict[str, list[str]] = defaultdict(list)
        for association in associations:
            reached_by[association.lockingdeviceid].append(association.gatewaydeviceid)
        self._gateways_of = reached_by
        self._ways = {
            lock.id: [each for each in reached_by[lock.id] if each in active]
            for lock in locks
        }
        # Locks first: what one denied is known when its gateway's log tells of it.
        devices = [
            *(_lock(lock, self._way(self._ways[lock.id])) for lock in locks),
            *(
                _gateway(gateway, self._firmware.get(gateway.id))
                for gateway in gateways
            ),
        ]
        self._names = {device.id: device.name or device.label for device in devices}
        readings: dict[str, tuple[Reading, ...]] = {
            gateway.id: (_flag(ReadingKind.ACTIVATED, _is_active(gateway)),)
            for gateway in gateways
        }
        readings |= {lock.id: tuple(_certificates(lock)) for lock in locks}
        return Inventory(
            devices=tuple(devices),
            complete=all_gateways and all_locks and all_associations,
            readings=readings,
        )

    def _way(self, gateway_ids: Sequence[str]) -> str | None:
        """Return the gateway that was heard of most lately, of those that open a lock."""
        oldest = datetime.min.replace(tzinfo=UTC)
        return max(
            sorted(gateway_ids),
            key=lambda gateway_id: self._heard.get(gateway_id, oldest),
            default=None,
        )


def _is_active(gateway: WireGateway) -> bool:
    """Return whether a gateway runs; the sources call that ACTIVE and ACTIVATED (8)."""
    return (
        gateway.activationstatus.upper() in ("ACTIVE", "ACTIVATED")
        or gateway.activationdatetime is not None
    )


def _gateway(gateway: WireGateway, firmware: str | None) -> Device:
    """Return a gateway; before it was powered for the first time it has logged nothing."""
    return Device(
        id=gateway.id,
        label=gateway.serialnumber or gateway.id,
        kind=DeviceKind.GATEWAY,
        name="",
        manufacturer="Abloy",
        model=gateway.hardwaremodel or None,
        serial=gateway.serialnumber or None,
        firmware=gateway.firmwareversion or firmware,
        capabilities=frozenset({Capability.LOG} if _is_active(gateway) else ()),
    )


def _lock(lock: WireLock, way: str | None) -> Device:
    is_claimed = lock.claimingstatus.upper() == "CLAIMED"
    capabilities = {Capability.LOG, Capability.PASSAGES} if is_claimed else set()
    if is_claimed and way:
        capabilities.add(Capability.OPEN)
    return Device(
        id=lock.id,
        label=lock.serialnumber or lock.id,
        kind=DeviceKind.LOCKING_DEVICE,
        name=lock.name,
        via_id=way,
        manufacturer="Abloy",
        model=lock.hardwaremodel or None,
        serial=lock.serialnumber or None,
        firmware=lock.firmwareversion or None,
        is_claimed=not lock.is_unclaimed,
        capabilities=frozenset(capabilities),
    )


def _certificates(lock: WireLock) -> list[Reading]:
    """Return until when a lock's certificates hold; after the operational one's end it cannot be operated."""
    readings = []
    is_due = is_revoked = False
    found = False
    for member, kind in _CERTIFICATES.items():
        certificate = _parsed(WireCertificate, getattr(lock, member))
        if certificate is None:
            continue
        found = True
        is_due = is_due or certificate.eligibleforrekeying
        is_revoked = is_revoked or certificate.revoked
        if certificate.expirationdatetime is not None:
            readings.append(
                Reading(id=kind.value, kind=kind, value=certificate.expirationdatetime)
            )
    if found:
        readings.append(_flag(ReadingKind.RE_KEYING_DUE, is_due))
        readings.append(_flag(ReadingKind.REVOKED, is_revoked))
    return readings


def _flag(kind: ReadingKind, value: bool) -> Reading:
    return Reading(id=kind.value, kind=kind, value=value)


def _parsed[W: Wire](wire: type[W], raw: Any) -> W | None:
    try:
        return wire.parse(raw)
    except AnswerNotUnderstood:
        return None
