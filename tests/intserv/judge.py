"""What must hold of the access keys of a home, whatever happens."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import re
from typing import Final

from custom_components.latchkey.ledger import Record
from custom_components.latchkey.vendors.grants import GrantState
from simulators.intserv.identifications import identity
from simulators.intserv.keys import AccessKey
from tests.intserv.mortal_home import MortalHome
from tests.intserv.schedules import CODES

FOR_EVER: Final = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
SECRETS: Final = re.compile(
    r"(?<![0-9a-fA-F-])0?(?:482913|591372|4886718345|0x0?123456789|7351)(?![0-9a-fA-F-])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rights:
    """What an access key was asked to be."""

    levels: frozenset[str]
    start: datetime | None
    end: datetime | None
    pin: str | None
    asked_at: datetime
    """At the latest, what has no start opens from then on."""

    def are_of(self, key: AccessKey) -> bool:
        """Tell whether an access key is as it was asked for."""
        has = key.rights
        starts = has.valid_from == self.start or (
            self.start is None
            and has.valid_from is not None
            and has.valid_from <= self.asked_at
        )
        ends = has.valid_to == self.end or (
            self.end is None and has.valid_to == FOR_EVER
        )
        has_pin = self.pin is None or has.pin == self.pin
        return set(has.level_ids) == self.levels and starts and ends and has_pin

    def are_those_of(self, record: Record) -> bool:
        """Tell whether a record says so."""
        terms = record.terms
        levels = frozenset(record.access_id.split(","))
        return (levels, terms.start, terms.end) == (self.levels, self.start, self.end)


class Judge:
    """Knows what was asked for and answered, and asserts what must hold."""

    def __init__(self, home: MortalHome) -> None:
        """Initialize with a home that has no grants."""
        self.home, self.cloud = home, home.cloud
        self.store = self.cloud.integration.store
        self.others = set(self.store.keys)
        self.codes: dict[str, int] = {}
        """Which code a grant was issued with."""
        self.accepted: defaultdict[str, list[Rights]] = defaultdict(list)
        """What a grant was accepted as, and what it was asked to be by what was stopped since."""
        self.stray: defaultdict[int, list[tuple[str, Rights]]] = defaultdict(list)
        """What was asked for a code's access key by which grant, and nobody answered, since something was accepted."""
        self.doubted: set[str] = set()
        """The grants of which some action was not answered."""
        self.untold: set[str] = set()
        """The access keys that were removed otherwise than by their grant."""
        self.leaks: list[str] = []

    @property
    def _is_told_for_ever(self) -> bool:
        """Tell whether the status of what was removed is told like that of what is there."""
        return self.cloud.options.removed_status != "unknown"

    def _ours(self) -> Iterator[AccessKey]:
        return (key for key in self.store.keys.values() if key.id not in self.others)

    def _has_code(self, key: AccessKey, number: int) -> bool:
        code = CODES[number]
        return key.identity == identity(code.kind, code.spellings[0].upper()) or (
            key.identity.kind == code.kind
            and key.identity == identity(code.kind, code.spellings[0])
        )

    def _judge_refused(self, before: Mapping[str, Record], err: Exception) -> None:
        """Assert that what was refused is as it was."""
        if self.home.dead:
            return
        for grant_id, record in self.home.records.items():
            assert grant_id in before, f"there, although {err!r}"
            was = before[grant_id]
            assert (record.vendor_id, record.terms) == (was.vendor_id, was.terms)
            is_same = record.state in (
                was.state,
                GrantState.UNKNOWN,
                GrantState.EXPIRED,
            )
            assert is_same, f"{record.state} after {was.state}, although {err!r}"

    def _judge_always(self) -> None:
        """Assert that nothing is doubled, and what was said to be taken back is so."""
        home = self.home
        vendor_ids = [
            record.vendor_id
            for record in home.records.values()
            if record.vendor_id and not record.is_ended
        ]
        assert len(set(vendor_ids)) == len(vendor_ids), "one access key, two records"
        for record in home.records.values():
            if record.state is not GrantState.REVOKED or record.vendor_id is None:
                continue
            assert record.vendor_id not in self.store.keys, "said revoked, and there"
            if self._is_told_for_ever:
                for system in self.cloud.systems.values():
                    assert record.vendor_id not in system.held, "revoked, and opens"
        for record in home.told:
            self._judge_text(repr(record))
        for text in (*home.disk.written, *self.leaks):
            self._judge_text(text)
        home.disk.written.clear()
        home.told.clear()
        self.leaks.clear()

    def _seen(self, err: BaseException | None) -> None:
        """Look for secrets in an exception, and in what it holds."""
        while err is not None:
            self._judge_text(f"{err!r} {err} {vars(err)}")
            err = err.__cause__ or err.__context__

    def _judge_text(self, text: str) -> None:
        assert not SECRETS.search(text), "a secret in the open"

    def _judge_end(self) -> None:
        """Assert that the ledger and the cloud agree, but for what nobody can know."""
        self._judge_always()
        records = self.home.records.values()
        for key in self._ours():
            owners = [
                record
                for record in records
                if record.vendor_id == key.id and not record.is_ended
            ]
            if not owners:
                assert any(
                    record.vendor_id is None
                    and not record.is_ended
                    and self._has_code(key, self.codes[record.grant_id])
                    for record in records
                ), "an access key of which nothing is known"
        for record in records:
            self._judge_record(record)

    def _judge_record(self, record: Record) -> None:
        key = self.store.keys.get(record.vendor_id or "")
        number = self.codes[record.grant_id]
        assert key is None or self._has_code(key, number), "another code"
        if record.is_in_doubt:
            is_odd = self._is_told_for_ever and record.vendor_id in self.untold
            is_known = record.grant_id in self.doubted
            assert is_odd or is_known, f"{record.state} for no reason"
            return
        # By its code, it is over by the clock.
        if record.state is GrantState.REVOKING and record.opens_until is None:
            is_odd = self.cloud.options.removed_status == "applied"
            assert is_odd and record.vendor_id in self.untold, "never done"
        if record.state in (GrantState.PENDING, GrantState.ACTIVE):
            if key is None:
                assert record.vendor_id in self.untold, f"{record.state}, and not there"
                return
            may_be = [
                rights
                for rights in self.accepted[record.grant_id]
                if rights.are_those_of(record)
            ]
            assert may_be, "other terms than accepted"
            may_be += [
                rights
                for grant_id, rights in self.stray[number]
                if grant_id != record.grant_id
            ]
            assert any(rights.are_of(key) for rights in may_be), "other rights"
            assert record.state is GrantState.ACTIVE, "never delivered"
            self._judge_held(key)

    def _judge_held(self, key: AccessKey) -> None:
        """Assert that each system has the part of an access key that is its own."""
        for system in self.cloud.systems.values():
            held = system.held.get(key.id)
            levels = {each for each in key.rights.level_ids if each in system.levels}
            assert (held is not None) == bool(levels)
            if held is not None:
                assert held.rights == replace(
                    key.rights, level_ids=held.rights.level_ids
                )
                assert set(held.rights.level_ids) == levels
