"""Webhooks: subscriptions, the calls that they lead to, and those that did not come through (facts sheet 3.5; version 2 alone)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import hashlib
import hmac
import secrets
from typing import Any, Final

import orjson

from ..hints import Part as Read
from ..subscriptions import Call, Forged, Parts, Subscription
from ..vendor import AnswerNotUnderstood, Conflict, InvalidRequest, NotFound
from ..wire import Wire, lowered
from .part import Part
from .times import in_utc, moment
from .wire import number

SUBSCRIBE: Final = "POST Webhooks/Subscriptions"
MOST_PER_EVENT: Final = 3
"""Subscriptions that a locking system has for one event, at most."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_LOG_ARRIVED: Final = "device_log_arrived"
_OF_KEYS: Final = ("key_added", "key_blocklisted")
_UNDELIVERED: Final = ("3", "4")
"""The states of what was tried in vain, and of what is tried no more."""


@dataclass
class WireEvent(Wire):
    """What can be subscribed to."""

    id: str
    name: str = ""


@dataclass
class WireSubscription(Wire):
    """A subscription."""

    subscriptionid: str
    webhookeventid: str = ""
    targetendpointuri: str = ""
    startdateutc: Any = None
    enddateutc: Any = None
    state: Any = None
    counter: Any = None
    signkey: str = ""


@dataclass
class WirePayload(Wire):
    """A call that was tried; what it tells is not read."""

    createdutc: Any = None


@dataclass
class WirePending(Wire):
    """The subscriptions that there are such calls of."""

    subscriptionids: list[str] | None = None


class Webhooks(Part):
    """The subscriptions of the locking system."""

    longest_subscription = timedelta(days=364)
    """A day less than the year that there is: the vendor's clock is not ours."""
    longest_retry = timedelta(hours=43, minutes=20)
    """The pauses between the seven attempts."""
    _webhook_event_ids: Mapping[str, str] | None = None
    """The ids of the events by their names, as they were last read."""

    async def subscription_events(self) -> Mapping[str, Parts]:
        """Return the events that are of use here, by their names."""
        parts: dict[str, Parts] = {
            _LOG_ARRIVED: ((Read.LOG, self._system_id),),
            **dict.fromkeys(_OF_KEYS, ((Read.INVENTORY, ""), (Read.GRANTS, ""))),
        }
        offered = self._webhook_event_ids = await self._webhook_events()
        return {name: parts[name] for name in offered if name in parts}

    async def subscriptions(self) -> Sequence[Subscription]:
        """Return all subscriptions of the locking system; raises AnswerNotUnderstood where one of them cannot be read."""
        ids = self._webhook_event_ids or await self._webhook_events()
        names = {event_id: name for name, event_id in ids.items()}
        found, complete = await self._client.rows(
            WireSubscription, "GET Webhooks/Subscriptions"
        )
        if not complete:
            # One of ours might be taken for gone, and be made once more.
            raise AnswerNotUnderstood("subscription")
        return [
            Subscription(
                id=each.subscriptionid.casefold(),
                event=names.get(each.webhookeventid.casefold(), ""),
                address=each.targetendpointuri,
                starts_at=moment(each.startdateutc),
                ends_at=moment(each.enddateutc),
                state=number(each.state),
                calls=number(each.counter) or 0,
                sign_key=each.signkey,
            )
            for each in found
        ]

    async def subscribe(
        self, subscription_id: str, event: str, address: str, end: datetime
    ) -> None:
        """Subscribe to an event; raises NotFound for one that is not offered, Conflict where it has its three already."""
        body = await self._subscription_body(
            subscription_id, event, address, self._clock(), end
        )
        try:
            await self._client.command(SUBSCRIBE, body=body)
        except InvalidRequest, Conflict:
            # Why it refuses is not documented: it may have taken the same before.
            held = await self.subscriptions()
            if any(each.id == subscription_id for each in held):
                return
            if sum(each.event == event for each in held) >= MOST_PER_EVENT:
                raise Conflict("full") from None
            raise InvalidRequest("subscription") from None

    async def renew(
        self, subscription: Subscription, address: str, end: datetime
    ) -> None:
        """Update a subscription, its beginning left as it is."""
        start = subscription.starts_at or self._clock()
        body = await self._subscription_body(
            subscription.id, subscription.event, address, start, end
        )
        await self._client.command("PUT Webhooks/Subscriptions", body=body)

    async def unsubscribe(self, subscription_id: str) -> None:
        """Delete a subscription."""
        await self._client.command(
            "DELETE Webhooks/Subscriptions/{id}", subscription_id
        )

    def told(
        self, headers: Mapping[str, str], body: bytes, sign_keys: Mapping[str, str]
    ) -> Call:
        """Return which call it is; the signature is of the body alone, with the key's text as it is written."""
        named = {name.casefold(): value for name, value in headers.items()}
        subscription_id = named.get("subscription-id", "").strip().casefold()
        # A key that nobody has, where there is none: it takes as long.
        key = sign_keys.get(subscription_id) or secrets.token_hex()
        signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        given = named.get("webhook-signature", "").strip().lower()
        if not hmac.compare_digest(
            signature.encode(), given.encode(errors="surrogateescape")
        ):
            raise Forged
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise AnswerNotUnderstood("not JSON") from None
        if not isinstance(content, dict):
            raise AnswerNotUnderstood("call")
        content = lowered(content)
        if not isinstance(content.get("data"), dict):
            raise AnswerNotUnderstood("data")
        number = named.get("counter", "").strip()
        return Call(
            subscription_id=subscription_id,
            signature=signature,
            # It is not signed, but nobody else has a body that is.
            number=number if number.isdecimal() else None,
            sent_at=moment(content.get("creationtimeutc")),
        )

    async def missed(self, subscription_ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when the last event was of which no call came through; the vendor remembers 30 days."""
        told = await self._client.read("GET Webhooks/Subscriptions/PendingPayloads")
        ids = WirePending.parse(told or {}).subscriptionids or ()
        pending = {each.casefold() for each in ids}
        found = {
            subscription_id: [
                moment(each.createdutc) or _LONG_AGO
                for state in _UNDELIVERED
                for each in await self._webhook_payloads(subscription_id, state)
            ]
            for subscription_id in subscription_ids
            if subscription_id in pending
        }
        return {each: max(times) for each, times in found.items() if times}

    async def _webhook_payloads(
        self, subscription_id: str, state: str
    ) -> list[WirePayload]:
        raw = await self._client.read(
            "GET Webhooks/Subscriptions/{id}/Payloads",
            subscription_id,
            query={"state": state},
        )
        found, _ = WirePayload.parse_all(raw or [])
        return found

    async def _webhook_events(self) -> Mapping[str, str]:
        """Return the ids of the events by their names."""
        events, _ = await self._client.rows(WireEvent, "GET Webhooks/Events")
        return {each.name.casefold(): each.id.casefold() for each in events}

    async def _subscription_body(
        self,
        subscription_id: str,
        event: str,
        address: str,
        start: datetime,
        end: datetime,
    ) -> dict[str, Any]:
        ids = self._webhook_event_ids or await self._webhook_events()
        if (event_id := ids.get(event)) is None:
            raise NotFound("event")
        return {
            "SubscriptionId": subscription_id,
            "WebhookEventId": event_id,
            "TargetEndpointUri": address,
            "StartDateUtc": in_utc(start),
            "EndDateUtc": in_utc(end),
        }
