"""Keys as grants: made, ordered, changed, and taken back; who programs them is not here (facts sheet 2, 3.2)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ..grants import CodeRule, Credential, Issued, Order
from ..vendor import (
    Conflict,
    Impossible,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotFound,
    Obstacle,
    OutcomeUnknown,
    VendorError,
)
from . import followed, key_bodies
from .key_fields import CODES, CODES_V1, FIELDS, check_person, expert
from .listing import Listing
from .named import meant
from .obstacles import CAN_DELETE, CAN_ORDER, CAN_RETURN, ensure, obstacle_to
from .people import People, key_id_of
from .wire import WireKey, number

LEAD: Final = timedelta(days=36525)
"""A key is programmed when its holder comes by, be that ever so long before its start."""
_INSERT: Final = "POST Keys"
_ORDER: Final = "POST Keys/{id}/Order"
_FOR_PERSONS_AND_KEYS: Final = 4
_CAN_HAVE_MAIN_ZONE: Final = 0


class Grants(Listing, People):
    """The keys of a locking system."""

    grant_fields = FIELDS
    lead = LEAD

    @property
    def codes(self) -> Mapping[Credential, CodeRule]:
        """Return what can be issued: version 1 has no phone keys."""
        return CODES_V1 if self._is_v1 else CODES

    def limits(
        self,
        credential: Credential,
        start: datetime | None,
        end: datetime | None,
        fields: Mapping[str, str],
    ) -> tuple[datetime | None, datetime | None]:
        """Return from when to when a key opens; how version 1 has a start no source tells (4.5)."""
        if start is not None and self._is_v1:
            raise InvalidField("start_datetime", "not_in_this_generation")
        if (start or end) and not (self._is_v1 or self._is_zone_known):
            # Its times are written without offset: it would open at other hours than it was asked for.
            field = "end_datetime" if end else "start_datetime"
            raise InvalidField(field, "zone_not_known")
        return start, end

    async def prepared(
        self, credential: Credential, fields: Mapping[str, str], code: str | None
    ) -> Mapping[str, str]:
        """Return the fields with the ids of the zones, the real estate and the person who is there already."""
        is_v1 = self._is_v1
        expert(fields, is_v1=is_v1)
        check_person(credential, fields, has_code=code is not None, is_v1=is_v1)
        if credential is Credential.PHONE and code and not code.startswith("+"):
            # It would wait for a phone that is never reached, and could not be taken back meanwhile.
            raise InvalidField("code", "not_a_phone")
        found = dict(fields)
        if "zone" in fields:
            found["zone"] = ",".join(self._zones_named(fields["zone"]))
        if "real_estate" in fields:
            names = [(key, each.name) for key, each in self._real_estates.items()]
            found["real_estate"] = meant(
                "real_estate", fields["real_estate"], names, listed=not is_v1
            )
        if "person_id" in fields:
            await self._check_person(fields["person_id"])
        elif "email" in fields and (there := await self._person_with(fields["email"])):
            found["person_id"] = there
        return found

    def _zones_named(self, text: str) -> list[str]:
        """Return the ids of a zone, or of several with commas between them."""
        names = [(key, each.name) for key, each in self._zones.items()]
        is_one = any(text.casefold() in (key, name.casefold()) for key, name in names)
        texts = [text] if is_one else text.split(",")
        return [
            meant("zone", each.strip(), names, listed=not self._is_v1) for each in texts
        ]

    async def issue(self, order: Order) -> Issued:
        """Make a key (POST Keys), say where a phone's is sent to and which its main zone is, and order it.

        Its id is derived from the grant's, so that it can always be asked for. What is refused after it was made has
        it deleted again; where that is not certain, OutcomeUnknown.
        """
        if not self._client.has(_INSERT):
            # No person is made for nothing.
            raise NoRight(_INSERT)
        zone_ids = self._zone_ids(order)
        key_id = key_id_of(order.grant_id)
        person_id, is_made = await self._person_for(order, zone_ids)
        try:
            await self._insert(key_id, person_id, zone_ids, order)
            if not self._is_v1:
                await self._complete(key_id, order)
        except OutcomeUnknown:
            raise
        except VendorError:
            if is_made and person_id is not None:
                await self._discard_person(person_id)
            raise
        return Issued(vendor_id=key_id)

    def _zone_ids(self, order: Order) -> list[str]:
        """Return the zones that are named, else the one that is for keys and persons."""
        if "zone" in order.fields:
            return order.fields["zone"].split(",")
        usual = [
            zone_id
            for zone_id, zone in self._zones.items()
            if number(zone.type) == _FOR_PERSONS_AND_KEYS
        ]
        return usual[:1]

    async def _insert(
        self, key_id: str, person_id: str | None, zone_ids: list[str], order: Order
    ) -> None:
        body = key_bodies.inserted(
            order, key_id, person_id, zone_ids, self._zone, is_v1=self._is_v1
        )
        try:
            await self._client.command(_INSERT, body=body)
        except Conflict, InvalidRequest:
            # What is passed on twice is refused the second time.
            try:
                await self._client.read("GET Keys/{id}", key_id)
            except NotFound:
                is_there = False
            except VendorError:
                raise OutcomeUnknown("refused key") from None
            else:
                is_there = True
            if not is_there:
                raise

    async def _complete(self, key_id: str, order: Order) -> None:
        """Do what is left once there is a key; raises what is refused, with the key deleted."""
        try:
            if order.credential is Credential.PHONE:
                body = key_bodies.phone(key_id, order)
                await self._client.command("PUT KeyPhones", body=body)
            if "zone" in order.fields:
                await self._set_main_zone(key_id, order.fields["zone"].split(",")[0])
            if self._client.has(_ORDER):
                await ensure(self._client, CAN_ORDER, key_id)
                await self._client.command(_ORDER, key_id)
        except OutcomeUnknown:
            raise
        except VendorError:
            try:
                await self._client.command("DELETE Keys/{id}", key_id)
            except NotFound:
                pass
            except VendorError:
                raise OutcomeUnknown("key not deleted") from None
            raise

    async def _set_main_zone(self, key_id: str, zone_id: str) -> None:
        """Give a key its main zone, where the locking system has such."""
        can = await self._client.read("GET Keys/{id}/CanUpdateMainZone", key_id)
        if number(can) == _CAN_HAVE_MAIN_ZONE:
            body = {"Zone_ID": zone_id}
            await self._client.command(
                "PUT Keys/{id}/UpdateMainZone", key_id, body=body
            )

    async def update(self, vendor_id: str, order: Order) -> None:
        """Change a key's name and times (PUT Keys, PUT Keys/{id}/SecurityAccesses), and order it again."""
        raw = await self._client.read("GET Keys/{id}", vendor_id)
        key = WireKey.parse(raw)
        if followed.is_gone(key):
            raise NotFound("key")
        is_limited = not self._is_v1 and await self._limit(vendor_id, order)
        end, is_told = followed.expiry(key, self._zone)
        if (
            not is_told
            or key.description != order.name
            or not key_bodies.same(end, order.end, self._zone)
        ):
            body = {"Key": key_bodies.changed(raw, order, self._zone)}
            try:
                await self._client.command("PUT Keys", body=body)
            except VendorError:
                if is_limited:
                    raise OutcomeUnknown("changed in part") from None
                raise
        if self._client.has(_ORDER):
            try:
                if await obstacle_to(self._client, CAN_ORDER, vendor_id) is None:
                    await self._client.command(_ORDER, vendor_id)
            except VendorError:
                # It is changed; that it is not ordered is a fault that the next reading finds.
                return

    async def _limit(self, key_id: str, order: Order) -> bool:
        """Give a key another start and end, if it has others; return whether that was done."""
        limits = await self._limits_of(key_id)
        start, end = key_bodies.period(limits, self._zone)
        if key_bodies.same(start, order.start, self._zone) and key_bodies.same(
            end, order.end, self._zone
        ):
            return False
        held, is_all = await self._held_by(key_id)
        # All is replaced: what cannot be seen would be lost.
        if not is_all:
            raise Impossible(Obstacle.ACCESSES_OUTSIDE_ZONES)
        if limits.outsideuserzonetimelimittitleslots:
            raise Impossible(Obstacle.LIMITS_OUTSIDE_ZONES)
        body = key_bodies.limited(held, limits, order, self._zone)
        await self._client.command("PUT Keys/{id}/SecurityAccesses", key_id, body=body)
        return True

    async def revoke(self, vendor_id: str) -> None:
        """Delete a key that never was on its way, else return it, which deletes it too; version 1 has neither."""
        obstacle = await obstacle_to(self._client, CAN_DELETE, vendor_id)
        if obstacle is None:
            await self._client.command("DELETE Keys/{id}", vendor_id)
        elif await obstacle_to(self._client, CAN_RETURN, vendor_id) is None:
            await self._client.command("POST Keys/{id}/Return", vendor_id)
        else:
            raise Impossible(obstacle)
