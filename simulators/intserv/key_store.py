"""The access keys of an integration, as the vendor's operations make, change and remove them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from secrets import randbelow

from simulators.intserv import fields
from simulators.intserv.fields import Body, kept
from simulators.intserv.identifications import (
    Identity,
    Kind,
    code_mark,
    identity as identify,
)
from simulators.intserv.instants import read
from simulators.intserv.keys import AccessKey, Person, Rights
from simulators.intserv.options import Options
from simulators.intserv.refusals import UnknownKey, wrong_value
from simulators.intserv.rollout import Rollout
from simulators.intserv.systems import System
from simulators.registry import new_id

_KINDS: dict[str, Kind] = {"proximity": "proximity", "code": "code"}
_ADD = (
    "id",
    "key",
    "pin",
    "valid_from_date",
    "valid_to_date",
    "access_levels",
    "person",
)
_KEY = ("identification", "type")
_PERSON = ("id", "first_name", "last_name")
_USUAL_DIGITS = 6
_TRIES = 1000


class KeyStore:
    """Access keys and persons, which belong to the integration that has made them; that others cannot reach them is assumed."""

    def __init__(
        self, options: Options, rollout: Rollout, systems: Callable[[], list[System]]
    ) -> None:
        """Start without any; the systems are those that the integration may see."""
        self._options = options
        self._rollout = rollout
        self._systems = systems
        self.keys: dict[str, AccessKey] = {}
        self.removed: dict[str, AccessKey] = {}
        self.persons: dict[str, Person] = {}

    def put(self, body: Body) -> AccessKey:
        """Make an access key, or change the one that is named by its id or, without an id, by its identification."""
        fields.known(body, _ADD, self._options, "body")
        found = None
        if body.get("id") is not None:
            found = self._by_id(body)
            identity = found.identity
        else:
            identity = self._identity(body)
            found = self._by_identity(identity)
        rights = self._rights(body, found.rights if found else Rights())
        if rights.pin is not None and identity.kind == "code":
            raise wrong_value("pin", "accompanies a card, not a code")
        key = found or AccessKey(new_id(), identity, self._person(body))
        key.rights = rights
        self.keys[key.id] = key
        self.persons[key.person.id] = key.person
        self._rollout.spread(key)
        return key

    def remove(self, body: Body) -> None:
        """Remove the access key that is named; the systems drop it at their pace."""
        fields.known(body, ("id", "key"), self._options, "body")
        if body.get("id") is not None:
            key = self._by_id(body)
        else:
            found = self._by_identity(self._identity(body, new=False))
            if found is None:
                raise UnknownKey(self._options.unknown_status)
            key = found
        self.removed[key.id] = self.keys.pop(key.id)
        key.is_removed = True
        key.rights = Rights()
        self._rollout.spread(key)

    def get(self, body: Body) -> AccessKey:
        """Return the access key that is named by its id."""
        fields.known(body, ("id",), self._options, "body")
        if self._options.removed_status != "unknown":
            removed = self.removed.get(fields.uuid(body.get("id"), "id"))
            if removed is not None:
                return removed
        return self._by_id(body)

    def drop_level(self, level_id: str) -> None:
        """Take a level that is no more from all access keys."""
        for key in self.keys.values():
            left = tuple(held for held in key.rights.level_ids if held != level_id)
            key.rights = replace(key.rights, level_ids=left)

    def _by_id(self, body: Body) -> AccessKey:
        """Return the access key of an id, which must be there."""
        key = self.keys.get(fields.uuid(body.get("id"), "id"))
        if key is None:
            raise UnknownKey(self._options.unknown_status)
        return key

    def _by_identity(self, identity: Identity) -> AccessKey | None:
        """Return the access key of an identification, in whichever spelling."""
        return next(
            (key for key in self.keys.values() if key.identity == identity), None
        )

    def _identity(self, body: Body, *, new: bool = True) -> Identity:
        """Return the identification in a body, or a generated one; to ask for that by leaving it out is assumed."""
        options = self._options
        given = fields.known(body.get("key"), _KEY, options, "key")
        kind = given.get("type")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise wrong_value("key.type", f"must be {' or '.join(_KINDS)}")
        text = given.get("identification")
        if text is None and kind == "code" and new and options.generated_codes:
            text = self._free_code()
        return identify(_KINDS[kind], text)

    def _free_code(self) -> str:
        """Return a code that nobody has in any system, as long as all of them take."""
        systems = self._systems()
        digits = min([_USUAL_DIGITS, *(system.code_length for system in systems)])
        taken = {mark for key in self.keys.values() for mark in key.identity.at(digits)}
        for _ in range(_TRIES):
            code = f"{randbelow(10**digits):0{digits}d}"
            mark = code_mark(code)
            if mark not in taken and not any(
                system.has_mark(mark) for system in systems
            ):
                return code
        raise wrong_value("key.identification", "cannot be generated, no code is free")

    def _rights(self, body: Body, before: Rights) -> Rights:
        """Return what a body makes of the rights that an access key has."""

        def date(name: str, held: datetime | None) -> datetime | None:
            return kept(body, name, read, before=held, empty=None, options=options)

        options = self._options
        rights = Rights(
            kept(
                body, "pin", fields.pin, before=before.pin, empty=None, options=options
            ),
            date("valid_from_date", before.valid_from),
            date("valid_to_date", before.valid_to),
            kept(
                body,
                "access_levels",
                fields.uuids,
                before=before.level_ids,
                empty=(),
                options=options,
            ),
        )
        if rights.valid_from and rights.valid_to:
            if rights.valid_to <= rights.valid_from:
                raise wrong_value("valid_to_date", "must be after valid_from_date")
        there = {level for system in self._systems() for level in system.levels}
        if set(rights.level_ids) - {*there, *before.level_ids}:
            raise wrong_value("access_levels", "has a level that does not exist")
        return rights

    def _person(self, body: Body) -> Person:
        """Return the person of a new access key: one that exists, or a new one with given or generated names."""
        given: object = body.get("person")
        given = {} if given is None else given
        person = fields.known(given, _PERSON, self._options, "person")
        if person.get("id") is not None:
            found = self.persons.get(fields.uuid(person["id"], "person.id"))
            if found is None:
                raise wrong_value("person.id", "is that of nobody")
            return found
        return Person(
            new_id(),
            fields.person_name(person, "first_name", "Person"),
            fields.person_name(person, "last_name", f"{len(self.persons) + 1:06d}"),
        )
