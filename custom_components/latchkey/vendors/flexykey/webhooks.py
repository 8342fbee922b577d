"""FlexyKey's webhooks: one callback for a unit and event."""

from collections.abc import Mapping
import hashlib
import hmac
from http import HTTPMethod
from typing import Any, Final

import orjson

from ..model import Device
from ..push import Callback, Push, Signed
from ..vendor import AnswerNotUnderstood, NotFound
from . import paths
from .client import items
from .part import Part
from .wire import WireStatus
from .wire_more import WireTested, WireWebhook

_EVENT: Final = "control.statusChanged"
_SIGNATURE: Final = "X-Signature"


class Webhooks(Part):
    """The webhooks of an account's units (guide 12)."""

    def signed(self, headers: Mapping[str, str], body: bytes, secret: str) -> Signed:
        """Compare X-Signature, `sha256=` and the HMAC of the raw body in hex (12.7)."""
        signature = headers.get(_SIGNATURE)
        if signature is None:
            return Signed.NO
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        # As bytes: the comparison refuses texts with other letters than ASCII's.
        right = hmac.compare_digest(
            signature.strip().lower().encode(errors="surrogatepass"),
            f"sha256={digest}".encode(),
        )
        return Signed.YES if right else Signed.WRONG

    def pushed(self, body: bytes) -> Push:
        """Return the status that a call tells, which has the form of GET /Control (12.1)."""
        try:
            wire = WireStatus.parse(orjson.loads(body))
        except orjson.JSONDecodeError:
            raise AnswerNotUnderstood("not JSON") from None
        return Push(device_id=str(wire.unitid), status=self._status(wire))

    async def callback(self, device: Device) -> Callback | None:
        """Return a unit's webhook (GET /Webhooks, 12.4); how the answer tells of none is not documented."""
        query = {"unitId": device.root_id, "event": _EVENT}
        try:
            raw = await self._client.transport.read(paths.WEBHOOKS, query)
        except NotFound:
            return None
        found = items(raw)
        for each in found if isinstance(found, list) else [found]:
            if not each:
                continue
            hook = WireWebhook.parse(each)
            if hook.callbackurl and hook.event in ("", _EVENT):
                return Callback(
                    address=hook.callbackurl,
                    active=bool(hook.isactive),
                    last_success_at=hook.lastsuccessutc,
                    failures=hook.consecutivefailures,
                    disabled_until=hook.disableduntilutc,
                )
        return None

    async def set_callback(self, device: Device, address: str, secret: str) -> None:
        """Register a callback for a unit (PUT /Webhooks, 12.3)."""
        body: dict[str, Any] = {
            "unitId": int(device.root_id),
            "event": _EVENT,
            "callbackUrl": address,
            "httpMethod": "POST",
            "isActive": 1,
            paths.WEBHOOK_SECRET: secret,
        }
        await self._client.command(HTTPMethod.PUT, paths.WEBHOOKS, body)

    async def remove_callback(self, device: Device) -> None:
        """Remove the callback of a unit (DELETE /Webhooks, 12.5)."""
        query = {"unitId": device.root_id, "event": _EVENT}
        await self._client.command(HTTPMethod.DELETE, paths.WEBHOOKS, query=query)

    async def test_callback(self, device: Device) -> int | None:
        """Have the vendor call a unit's callback; return the HTTP status it got (POST /Webhooks/Test, 12.6)."""
        answer = await self._client.of_unit(
            paths.TEST_WEBHOOK, device.root_id, event=_EVENT
        )
        return WireTested.parse(answer).httpstatus
