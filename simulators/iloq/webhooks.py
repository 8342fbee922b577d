"""Webhooks: subscriptions, what they are told, and the repetition of what was not taken."""

import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
import hashlib
import hmac
import json
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from simulators.agenda import Agenda
from simulators.errors import Invalid
from simulators.iloq.dates import Dates
from simulators.iloq.fields import Model, Record
from simulators.iloq.filters import matches
from simulators.iloq.options import Options
from simulators.iloq.refusals import found, not_now, wrong_value
from simulators.loopback import led_through
from simulators.outbox import Outbox, body_of, check_callback
from simulators.registry import Registry, new_id

EVENTS: Final = {
    str(uuid5(NAMESPACE_URL, name)): name
    for name in ("key_added", "key_blocklisted", "device_log_arrived")
}
"""The events under ids of our own, since no source tells the real ones."""

REPETITIONS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 60, 360, 720, 1440)
)
_MOST_PER_EVENT, _MOST_PAYLOADS = 3, 1000
_LONGEST = timedelta(days=366)
_KEPT = timedelta(days=30)
_ACTIVE = 1

_SUBSCRIPTION = Model(
    text="CustomHeader JsonPathFilter TargetEndpointUri",
    guid="SubscriptionId WebhookEventId",
    utc="StartDateUtc EndDateUtc",
    required="SubscriptionId WebhookEventId TargetEndpointUri StartDateUtc EndDateUtc",
)


class Sending(IntEnum):
    """What has become of a payload."""

    CREATED = 1
    SENT = 2
    FAILED = 3
    GIVEN_UP = 4


@dataclass
class Payload:
    """What one subscription is told of one event."""

    subscription_id: str
    counter: int
    created: datetime
    event: Record
    id: str = field(default_factory=new_id)
    failures: int = 0
    state: Sending = Sending.CREATED

    @property
    def pending(self) -> bool:
        """Tell whether the payload was not taken so far."""
        return self.state in (Sending.FAILED, Sending.GIVEN_UP)

    def as_json(self, dates: Dates) -> Record:
        """Return the payload as answers write it; what the listener said is not kept."""
        return {
            "Counter": self.counter,
            "CreatedUtc": dates.write(self.created, "utc"),
            "Data": json.dumps(self.event),
            "FailedRequests": self.failures,
            "Response": "",
            "State": int(self.state),
            "SubscriptionId": self.subscription_id,
            "WebhookEventPayloadId": self.id,
        }


@dataclass
class Subscription:
    """Who is told of which event."""

    id: str
    record: Record
    sign_key: str = field(default_factory=lambda: new_id().upper())
    counter: int = 0
    state: int = _ACTIVE

    @property
    def event(self) -> str:
        """Return the name of the event."""
        return EVENTS[self.record["WebhookEventId"]]

    def wants(self, event: str, data: Record, at: datetime) -> bool:
        """Tell whether the subscription is told of something."""
        record = self.record
        path = record["JsonPathFilter"]
        return (
            event == self.event
            and record["StartDateUtc"] <= at < record["EndDateUtc"]
            and (not path or matches(path, data))
        )

    def as_json(self, dates: Dates) -> Record:
        """Return the subscription as answers write it; what the number of its state means is not told."""
        told = _SUBSCRIPTION.write(self.record, dates)
        return told | {
            "Counter": self.counter,
            "SignKey": self.sign_key,
            "State": self.state,
        }

    def headers(self, payload: Payload) -> dict[str, str]:
        """Return the headers with which a payload is sent."""
        mac = hmac.new(self.sign_key.encode(), body_of(payload.event), hashlib.sha256)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Event-Name": self.event,
            "Subscription-Id": self.id,
            "Counter": str(payload.counter),
            "Webhook-Signature": mac.hexdigest(),
        }
        if custom := self.record["CustomHeader"]:
            headers["Custom-Header"] = base64.b64encode(custom.encode()).decode()
        return headers


class Webhooks:
    """The subscriptions of a lock group, and their payloads, oldest first."""

    def __init__(
        self, options: Options, outbox: Outbox, agenda: Agenda, dates: Dates
    ) -> None:
        """Start without any."""
        self._options = options
        self._outbox = outbox
        self._agenda = agenda
        self._dates = dates
        self.subscriptions = Registry[Subscription]()
        self.payloads: deque[Payload] = deque()

    def subscribe(self, body: Mapping[str, Any], dates: Dates, at: datetime) -> None:
        """Add a subscription."""
        record = self._read(body, dates, at)
        if record["SubscriptionId"] in self.subscriptions:
            raise wrong_value(record["SubscriptionId"], "SubscriptionId")
        same = [
            subscription
            for subscription in self.subscriptions.values()
            if subscription.record["WebhookEventId"] == record["WebhookEventId"]
        ]
        if len(same) >= _MOST_PER_EVENT:
            raise not_now("Too many subscriptions for the event.")
        subscription = Subscription(record["SubscriptionId"], record)
        self.subscriptions[subscription.id] = subscription
        self._outbox.want()

    def edit(self, body: Mapping[str, Any], dates: Dates, at: datetime) -> None:
        """Write a subscription, which keeps its key and its count."""
        record = self._read(body, dates, at)
        subscription = found(
            self.subscriptions, record["SubscriptionId"], "SubscriptionId"
        )
        subscription.record = record

    def tell(self, event: str, data: Record, at: datetime) -> None:
        """Tell all who want it of something."""
        while self.payloads and at - self.payloads[0].created >= _KEPT:
            self.payloads.popleft()
        for subscription in self.subscriptions.values():
            if subscription.wants(event, data, at):
                subscription.counter += 1
                told = {"Data": data, "CreationTimeUtc": self._dates.write(at, "utc")}
                payload = Payload(subscription.id, subscription.counter, at, told)
                self.payloads.append(payload)
                self._send(payload)

    def of(self, subscription: Subscription) -> list[Payload]:
        """Return the latest payloads of a subscription."""
        chosen = [
            payload
            for payload in self.payloads
            if payload.subscription_id == subscription.id
        ]
        return chosen[-_MOST_PAYLOADS:]

    def pending_ids(self) -> list[str]:
        """Return the subscriptions of which payloads were not taken so far."""
        ids = (payload.subscription_id for payload in self.payloads if payload.pending)
        return [found for found in dict.fromkeys(ids) if found in self.subscriptions]

    def _send(self, payload: Payload) -> None:
        """Send a payload, unless its subscription is gone, and again later where it is not taken."""
        subscription = self.subscriptions.get(payload.subscription_id)
        if subscription is None:
            return

        def answered(status: int | None) -> None:
            if status is not None and 200 <= status < 300:
                payload.state = Sending.SENT
                return
            payload.failures += 1
            if payload.failures > len(REPETITIONS):
                payload.state = Sending.GIVEN_UP
                return
            payload.state = Sending.FAILED
            wait = REPETITIONS[payload.failures - 1].total_seconds()
            self._agenda.in_seconds(wait, lambda _at: self._send(payload))

        url = led_through(
            subscription.record["TargetEndpointUri"], self._options.callback_through
        )
        headers = subscription.headers(payload)
        self._outbox.put(str(url), payload.event, answered, headers)

    def _read(self, body: Mapping[str, Any], dates: Dates, at: datetime) -> Record:
        """Return the fields of a subscription if it makes sense."""
        record = _SUBSCRIPTION.read(body, dates)
        if record["WebhookEventId"] not in EVENTS:
            raise wrong_value(record["WebhookEventId"], "WebhookEventId")
        end = record["EndDateUtc"]
        if end - at > _LONGEST or end <= record["StartDateUtc"]:
            raise wrong_value(dates.write(end, "utc"), "EndDateUtc")
        try:
            if not self._options.callback_through:
                check_callback(record["TargetEndpointUri"])
            matches(record["JsonPathFilter"] or "", {})
        except Invalid as error:
            raise not_now(str(error)) from error
        return record
