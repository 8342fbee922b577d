"""Webhooks, and what a lock group offers beside."""

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.webhooks import EVENTS, Sending, Subscription
from simulators.registry import new_id


def _subscription(call: Call) -> Subscription:
    """Return the subscription that the path names."""
    return call.find(call.group.webhooks.subscriptions)


def list_events(_call: Call) -> object:
    """List the events."""
    return [
        {
            "Id": event_id,
            "Name": name,
            "DisplayName": name.replace("_", " ").capitalize(),
            "Description": "",
        }
        for event_id, name in EVENTS.items()
    ]


def list_subscriptions(call: Call) -> object:
    """List all subscriptions."""
    return [
        subscription.as_json(call.dates)
        for subscription in call.group.webhooks.subscriptions.values()
    ]


def get_subscription(call: Call) -> object:
    """Return one subscription."""
    return _subscription(call).as_json(call.dates)


def subscribe(call: Call) -> object:
    """Add a subscription."""
    call.group.webhooks.subscribe(call.body, call.dates, call.cloud.clock())
    return None


def edit(call: Call) -> object:
    """Write a subscription."""
    call.group.webhooks.edit(call.body, call.dates, call.cloud.clock())
    return None


def unsubscribe(call: Call) -> object:
    """Delete a subscription."""
    del call.group.webhooks.subscriptions[_subscription(call).id]
    return None


def payloads(call: Call) -> object:
    """List the payloads of a subscription, those in one state if the query names one."""
    state = call.choice("state", 0, 0, *Sending)
    return [
        payload.as_json(call.dates)
        for payload in call.group.webhooks.of(_subscription(call))
        if state in (0, payload.state)
    ]


def pending_payloads(call: Call) -> object:
    """List the payloads of a subscription that were not taken so far."""
    return [
        payload.as_json(call.dates)
        for payload in call.group.webhooks.of(_subscription(call))
        if payload.pending
    ]


def pending(call: Call) -> object:
    """List the subscriptions of which payloads were not taken so far."""
    return {"SubscriptionIds": call.group.webhooks.pending_ids()}


def access_token(_call: Call) -> object:
    """Return a token of no further use; both names of fields are assumed."""
    return {"AccessToken": new_id()}


def connection_settings(call: Call) -> object:
    """Return where this server is; the name of the field is assumed."""
    return {"ServerUrl": str(call.request.url.origin())}


_SUBSCRIPTIONS = "Webhooks/Subscriptions"

HANDLERS: Handlers = {
    "GET Webhooks/Events": list_events,
    f"GET {_SUBSCRIPTIONS}": list_subscriptions,
    f"POST {_SUBSCRIPTIONS}": subscribe,
    f"PUT {_SUBSCRIPTIONS}": edit,
    f"GET {_SUBSCRIPTIONS}/PendingEvents": pending,
    f"GET {_SUBSCRIPTIONS}/PendingPayloads": pending,
    f"GET {_SUBSCRIPTIONS}/{{id}}": get_subscription,
    f"DELETE {_SUBSCRIPTIONS}/{{id}}": unsubscribe,
    f"GET {_SUBSCRIPTIONS}/{{id}}/Payloads": payloads,
    f"GET {_SUBSCRIPTIONS}/{{id}}/PendingEvents": pending_payloads,
    "POST LockGroups/GenerateAccessToken": access_token,
    "GET LockGroups/ConnectionSettings": connection_settings,
}
