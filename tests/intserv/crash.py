"""What happens around the access keys of a home, and what must hold of them whatever it is."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
import re
from typing import Any, Final, Literal

from custom_components.latchkey.ledger import LedgerError, Record, Step, Terms
from custom_components.latchkey.vendors.grants import Access, Credential, GrantState
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    OutcomeUnknown,
    VendorError,
)
from simulators.faults import Fault, FaultKind
from simulators.intserv.identifications import Kind, identity
from simulators.intserv.keys import AccessKey
from simulators.intserv.systems import Pace
from tests.grants.interrupt import Stop, stopped
from tests.intserv.mortal_home import MortalHome

PIN: Final = "7351"
FOR_EVER: Final = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Code:
    """A code in some spellings."""

    credential: Credential
    kind: Kind
    spellings: tuple[str, ...]


CODES: Final = (
    Code(Credential.PIN, "code", ("482913",)),
    Code(
        Credential.CARD,
        "proximity",
        ("EM:4886718345", "0x0123456789", "em:0X123456789"),
    ),
    Code(Credential.PIN, "code", ("591372",)),
)
SECRETS: Final = re.compile(
    r"(?<![0-9a-fA-F-])0?(?:482913|591372|4886718345|0x0?123456789|7351)(?![0-9a-fA-F-])",
    re.IGNORECASE,
)
LEVELS: Final = (("Staff",), ("Staff", "Yard"), ("Store",))
TIMES: Final[tuple[tuple[float | None, float | None], ...]] = (
    (None, 30),
    (None, None),
    (0.1, 20),
    (None, 1 / 240),
)
"""Days until the start and the end."""

_TAKEN_BACK: Final = (GrantState.REVOKING, GrantState.REVOKED)

type Action = Literal[
    "issue", "repeat", "update", "revoke", "revoke_code", "portal", "look", "restart"
]
type Trouble = FaultKind | int | None
"""What happens to a request: a fault, or a status."""
DOUBTS: Final = ("reset", "reset_after", "html", "html_after", "half", "redirect", 503)
"""After which nobody knows what became of a request."""


@dataclass(frozen=True)
class Stroke:
    """One action, and all that goes wrong with it."""

    action: Action
    code: int = 0
    spelling: int = 0
    levels: int = 0
    times: int = 0
    pick: int = 0
    """Which of the grants it is about, where it is about one."""
    right_code: bool = True
    trouble: Trouble = None
    """What happens to the command."""
    reading: Trouble = None
    """What happens to the next reading."""
    write: int = 0
    """Which write of the ledger fails first; none for 0."""
    lands: bool = False
    end: Literal["kill", "cancel"] = "kill"
    at: int = 0
    """At which suspension it ends, where it does not run to its own end."""
    pause: int = 0
    """Seconds until the next one."""


@dataclass(frozen=True)
class Schedule:
    """What happens one after the other at a cloud of some kind."""

    strokes: tuple[Stroke, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    paces: tuple[Pace | None, ...] = ()
    """How each system applies changes, where it has a pace of its own."""
    offline: tuple[bool, ...] = ()


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


class Trial:
    """Runs one schedule and asserts what must hold."""

    def __init__(self, home: MortalHome, schedule: Schedule) -> None:
        """Initialize with a home that has no grants."""
        self.home, self.cloud, self.schedule = home, home.cloud, schedule
        self.store = self.cloud.integration.store
        self.others = set(self.store.keys)
        self.codes: dict[str, int] = {}
        """Which code a grant was issued with."""
        self.remembered: dict[int, str] = {}
        """Which grant was issued with a code since the start."""
        self.accepted: defaultdict[str, list[Rights]] = defaultdict(list)
        """What a grant was accepted as, and what it was asked to be by what was stopped since."""
        self.stray: defaultdict[int, list[tuple[str, Rights]]] = defaultdict(list)
        """What was asked for a code's access key by which grant, and nobody answered, since something was accepted."""
        self.doubted: set[str] = set()
        """The grants of which some action was not answered."""
        self.untold: set[str] = set()
        """The access keys that were removed otherwise than by their grant."""
        self.issues = 0
        self.leaks: list[str] = []

    async def run(self) -> None:
        """Run all strokes, let everything settle, and close what is in doubt."""
        self.cloud.set_options(**self.schedule.options)
        systems = list(self.cloud.systems.values())
        for system, pace in zip(systems, self.schedule.paces, strict=False):
            system.pace = pace
        for system, is_cut in zip(systems, self.schedule.offline, strict=False):
            self.cloud.set_online(system, not is_cut)
        for stroke in self.schedule.strokes:
            await self._strike(stroke)
            self._judge_always()
            self.home.clock.move(stroke.pause)
            self.cloud.settle()
            self._judge_always()
        await self._settle()
        self._judge_end()
        await self._close()
        self._judge_end()

    # What is done

    async def _strike(self, stroke: Stroke) -> None:
        home = self.home
        if stroke.action == "restart":
            await self._restart()
            return
        self._spoil(stroke)
        stop = Stop(stroke.at, home.die if stroke.end == "kill" else _nothing)
        before = dict(home.records)
        try:
            await self._act(stroke, stop)
        except (VendorError, LedgerError) as err:
            self._seen(err)
            self._judge_refused(before, err)
        if stroke.write:
            # What is on disk, and comes back with a restart, may be from before.
            self.doubted |= set(self.codes)
        await home.at_rest()
        self.cloud.clear_faults()
        home.disk.fail(0, 0)
        if home.dead:
            await self._restart()

    async def _restart(self) -> None:
        self.home = await self.home.restarted()
        self.remembered.clear()
        self._judge_always()
        with suppress(VendorError):
            await self.home.compare()

    def _spoil(self, stroke: Stroke) -> None:
        for path, trouble in (
            ("accesskeys/add", stroke.trouble),
            ("accesskeys/remove", stroke.trouble),
            ("accesskeys/status", stroke.reading),
        ):
            # The answer to a removal is empty: there is no half of it.
            if trouble is None or (trouble == "half" and path.endswith("remove")):
                continue
            # Of what has no id, the vendor's word that it is not there is all that there is.
            if trouble in (400, 404) and self._is_by_code(stroke):
                continue
            # Nor can anybody know better where what was applied since looks like the removal.
            if (
                trouble in (400, 404)
                and path.endswith("remove")
                and any(map(self._looks_removed, self.home.records.values()))
            ):
                continue
            kind, more = trouble, {}
            if isinstance(trouble, int):
                kind, more = "status", {"status": trouble}
            self.cloud.add_fault(Fault(kind, "POST", f"/v1/{path}", times=1, **more))
        if stroke.write:
            self.home.disk.fail(stroke.write, lands=stroke.lands)

    def _looks_removed(self, record: Record) -> bool:
        """Tell whether a removal is in doubt, and each system has applied something since it was asked for."""
        key = self.store.keys.get(record.vendor_id or "")
        if key is None or record.step is not Step.REVOKE:
            return False
        since = record.asked_at - timedelta(seconds=1)
        states = key.change.systems.values()
        return all(state.at is not None and state.at >= since for state in states)

    def _is_by_code(self, stroke: Stroke) -> bool:
        """Tell whether something is taken back by its code, whose id is not known."""
        if stroke.action == "revoke":
            picked = self._picked(stroke)
            return picked is not None and picked.is_unseen
        code = CODES[stroke.code]
        held = self.home.book.codes.held(code.credential, code.spellings[0])
        return stroke.action == "revoke_code" and (held is None or held.is_unseen)

    async def _act(self, stroke: Stroke, stop: Stop) -> None:
        match stroke.action:
            case "issue":
                await self._issue(stroke, stop)
            case "repeat":
                await self._repeat(stroke, stop)
            case "update":
                await self._update(stroke, stop)
            case "revoke":
                await self._revoke(stroke, stop)
            case "revoke_code":
                await self._revoke_code(stroke, stop)
            case "portal":
                self._remove_elsewhere(stroke)
            case "look":
                await self._stopped(self.home.compare(), stop)

    async def _stopped[T](self, coro: Coroutine[Any, Any, T], stop: Stop) -> T | None:
        """Return what is answered; None where it was stopped."""
        try:
            return await stopped(coro, stop)
        except asyncio.CancelledError:
            return None

    async def _issue(self, stroke: Stroke, stop: Stop) -> None:
        home, code = self.home, CODES[stroke.code]
        access = home.access(*LEVELS[stroke.levels])
        known = home.records.get(self.remembered.get(stroke.code, ""))
        is_repeat = known is not None and known.is_unseen
        is_taken = known is not None and not is_repeat and _is_live(known)
        grant_id = self._new_id()
        await self._issued(
            home.issue(
                grant_id,
                access,
                code.credential,
                terms := self._terms(stroke, code),
                code.spellings[stroke.spelling % len(code.spellings)],
            ),
            stop,
            known.grant_id if known and is_repeat else grant_id,
            stroke.code,
            self._rights(access, terms),
            is_taken=is_taken,
            is_written=not stroke.write,
        )

    async def _repeat(self, stroke: Stroke, stop: Stop) -> None:
        unseen = [record for record in self.home.records.values() if record.is_unseen]
        if not unseen:
            return
        record = unseen[stroke.pick % len(unseen)]
        number = self.codes[record.grant_id]
        if not stroke.right_code:
            number = (
                next(
                    each
                    for each, code in enumerate(CODES)
                    if code.credential is record.credential and each != number
                )
                if record.credential is Credential.PIN
                else number
            )
        is_other = number != self.codes[record.grant_id]
        if is_other and self.home.book.codes.of(record) is None:
            # Nobody can know: to the user's word it is the grant of this code.
            return
        code = CODES[number]
        holder = self.remembered.get(number)
        known = self.home.records.get(holder or "")
        terms = self._terms(stroke, code)
        is_taken = is_other or (
            holder != record.grant_id and known is not None and _is_live(known)
        )
        await self._issued(
            self.home.repeat(
                self._new_id(),
                record,
                terms,
                code.spellings[stroke.spelling % len(code.spellings)],
            ),
            stop,
            record.grant_id,
            number,
            self._rights(record.access, terms),
            is_taken=is_taken,
            is_written=not stroke.write,
        )

    async def _issued(
        self,
        issue: Coroutine[Any, Any, tuple[Record, Any]],
        stop: Stop,
        grant_id: str,
        number: int,
        rights: Rights,
        *,
        is_taken: bool,
        is_written: bool,
    ) -> None:
        """Issue, and take in what the caller was told."""
        self.codes.setdefault(grant_id, number)
        try:
            answer = await self._stopped(issue, stop)
        except OutcomeUnknown:
            raise AssertionError("a doubt must be a record") from None
        except Conflict:
            assert is_taken or self.cloud.faults.active, "free, and yet refused"
            raise
        if answer is None:
            if not is_taken:
                self._is_doubted(grant_id, number, rights)
                self._may_be_accepted(number, rights)
            return
        assert not is_taken, "issued, although it is another's code"
        record, issued = answer
        if record.state is GrantState.UNKNOWN:
            assert record.grant_id == grant_id
            self._is_doubted(grant_id, number, rights)
            return
        assert record.state is GrantState.PENDING
        is_twin = record.grant_id != grant_id
        assert not is_twin or issued.was_there
        assert not is_twin or grant_id not in self.home.records
        self.codes[record.grant_id] = number
        self.remembered[number] = record.grant_id
        self._accept(record.grant_id, number, rights, is_written=is_written)
        if not is_written:
            self.stray[number].append((grant_id, rights))

    def _accept(
        self, grant_id: str, number: int, rights: Rights, *, is_written: bool
    ) -> None:
        if is_written:
            self.accepted[grant_id].clear()
            self.stray[number].clear()
        self.accepted[grant_id].append(rights)

    def _may_be_accepted(self, number: int, rights: Rights) -> None:
        """Take in that what was stopped may have come to its end before."""
        for grant_id, code in self.codes.items():
            if code == number:
                self.accepted[grant_id].append(rights)

    def _is_doubted(self, grant_id: str, number: int, rights: Rights) -> None:
        self.codes[grant_id] = number
        self.remembered[number] = grant_id
        self.stray[number].append((grant_id, rights))
        self.doubted.add(grant_id)

    async def _update(self, stroke: Stroke, stop: Stop) -> None:
        if (record := self._picked(stroke)) is None or record.vendor_id is None:
            return
        grant_id = record.grant_id
        number = self.codes[grant_id]
        code = CODES[number]
        terms = self._terms(stroke, code)
        if "pin" in record.unkept:
            terms.fields["pin"] = PIN
        rights = self._rights(record.access, terms)
        try:
            updated = await self._stopped(
                self.home.book.update(grant_id, terms, None), stop
            )
        except OutcomeUnknown:
            raise AssertionError("a doubt must be a record") from None
        if updated is None:
            self._may_be_accepted(number, rights)
        if updated is None or updated.state is GrantState.UNKNOWN:
            self.stray[number].append((grant_id, rights))
            self.doubted.add(grant_id)
            return
        assert updated.state is GrantState.PENDING
        self._accept(grant_id, number, rights, is_written=not stroke.write)

    async def _revoke(self, stroke: Stroke, stop: Stop) -> None:
        if (record := self._picked(stroke)) is None:
            return
        code = CODES[self.codes[record.grant_id]]
        spelling = code.spellings[stroke.spelling % len(code.spellings)]
        with_code = spelling if record.is_unseen else None
        if with_code:
            self._may_be_removed_by_code(self.codes[record.grant_id])
        revoked = await self._stopped(self.home.book.revoke(record, with_code), stop)
        if revoked is None:
            self.doubted.add(record.grant_id)
            return
        if revoked.is_unseen:
            self.doubted.add(record.grant_id)
        if record.is_gone:
            assert revoked == record, "ended, and taken up again"
        assert revoked.state in (*_TAKEN_BACK, record.state)

    async def _revoke_code(self, stroke: Stroke, stop: Stop) -> None:
        code = CODES[stroke.code]
        spelling = code.spellings[stroke.spelling % len(code.spellings)]
        held = self.home.book.codes.held(code.credential, spelling)
        if held is None or held.is_unseen:
            self._may_be_removed_by_code(stroke.code)
        if held:
            self.doubted.add(held.grant_id)
        await self._stopped(self.home.revoke_code(code.credential, spelling), stop)

    def _may_be_removed_by_code(self, number: int) -> None:
        self.untold |= {key.id for key in self._ours() if self._has_code(key, number)}

    def _remove_elsewhere(self, stroke: Stroke) -> None:
        for key in list(self._ours()):
            if self._has_code(key, stroke.code):
                self.untold.add(key.id)
                self.store.remove({"id": key.id})

    def _picked(self, stroke: Stroke) -> Record | None:
        records = list(self.home.records.values())
        return records[stroke.pick % len(records)] if records else None

    def _terms(self, stroke: Stroke, code: Code) -> Terms:
        now = self.home.clock.now.replace(microsecond=0)
        start, end = (
            None if days is None else now + timedelta(days=days)
            for days in TIMES[stroke.times]
        )
        has_pin = code.credential is Credential.CARD and stroke.times % 2 == 0
        return Terms(
            name="Gun Ek", start=start, end=end, fields={"pin": PIN} if has_pin else {}
        )

    def _rights(self, access: Access, terms: Terms) -> Rights:
        levels = frozenset(access.id.split(","))
        pin, now = terms.fields.get("pin"), self.home.clock.now
        return Rights(levels, terms.start, terms.end, pin, now)

    def _new_id(self) -> str:
        self.issues += 1
        return f"01JGRANT{self.issues:04}"

    async def _settle(self) -> None:
        """Have everything come to its end, and start once more."""
        for system in self.cloud.systems.values():
            system.pace = None
            self.cloud.set_online(system, True)
        self.cloud.set_options(apply_seconds=5, apply_error=None)
        for system in self.cloud.systems.values():
            self.cloud.rollout.synchronise(system, self.home.clock())
        await self.home.looked()
        await self._restart()
        await self.home.looked()

    async def _close(self) -> None:
        """Repeat what is in doubt, with its code; afterwards nothing is."""
        for record in list(self.home.records.values()):
            if self.home.records.get(record.grant_id) is None:
                continue
            if record.is_unseen:
                # Another one with this code may be remembered, whose record this one's becomes.
                await self._restart()
                await self._strike(Stroke("repeat", pick=self._index(record)))
            elif record.step is Step.UPDATE and not record.is_ended:
                pick = list(self.home.records).index(record.grant_id)
                await self._strike(Stroke("update", pick=pick))
        await self.home.looked()
        for record in self.home.records.values():
            # What was removed by others cannot be changed, and not every vendor tells that it was.
            is_odd = self._is_told_for_ever and record.vendor_id in self.untold
            assert is_odd or not record.is_in_doubt, f"{record.state} {record.step}"

    @property
    def _is_told_for_ever(self) -> bool:
        """Tell whether the status of what was removed is told like that of what is there."""
        return self.cloud.options.removed_status != "unknown"

    def _index(self, record: Record) -> int:
        unseen = [each for each in self.home.records.values() if each.is_unseen]
        return [each.grant_id for each in unseen].index(record.grant_id)

    # What must hold

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
            assert record.grant_id in self.doubted, f"{record.state} for no reason"
            return
        if record.state is GrantState.REVOKING:
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


def _is_live(record: Record) -> bool:
    """Tell whether there is a grant, or was one that its times have ended."""
    return not record.is_gone and record.vendor_id is not None


def _nothing() -> None:
    """Let the task be cancelled, and the home live on."""
