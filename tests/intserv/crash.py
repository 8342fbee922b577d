"""What happens around the access keys of a home, in the order of a schedule."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from custom_components.latchkey.ledger import LedgerError, Record, Step, Terms
from custom_components.latchkey.vendors.grants import Access, Credential, GrantState
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    OutcomeUnknown,
    VendorError,
)
from simulators.faults import Fault
from tests.grants.interrupt import Stop, stopped
from tests.intserv.judge import Judge, Rights
from tests.intserv.mortal_home import MortalHome
from tests.intserv.schedules import CODES, LEVELS, PIN, TIMES, Code, Schedule, Stroke

_TAKEN_BACK: Final = (GrantState.REVOKING, GrantState.REVOKED)


class Trial(Judge):
    """Runs one schedule, and has it judged."""

    def __init__(self, home: MortalHome, schedule: Schedule) -> None:
        """Initialize with a home that has no grants."""
        super().__init__(home)
        self.schedule = schedule
        self.remembered: dict[int, str] = {}
        """Which grant was issued with a code since the start."""
        self.issues = 0

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
            fault = Fault("status", "POST", f"/v1/{path}", times=1)
            if isinstance(trouble, int):
                fault.status = trouble
            else:
                fault.kind = trouble
            self.cloud.add_fault(fault)
        if stroke.write:
            self.home.disk.fail(stroke.write, lands=stroke.lands)

    def _looks_removed(self, record: Record) -> bool:
        """Tell whether a removal is in doubt, and each system has applied something since it was asked for."""
        key = self.store.keys.get(record.vendor_id or "")
        if key is None or record.step is not Step.REVOKE:
            return False
        since = record.followed().asked_at - timedelta(seconds=1)
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
        # The code of an older grant is hardly that of the doubt, which then remains.
        left = self.home.records.get(grant_id)
        assert not is_twin or left is None or left.is_unseen
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
            # With the code of an older grant, which is to be taken back first.
            is_second = record.is_unseen and any(
                other.vendor_id is not None
                and not other.is_gone
                and other.created_at < record.created_at
                and self.codes[other.grant_id] == self.codes[record.grant_id]
                for other in self.home.records.values()
            )
            assert is_odd or is_second or not record.is_in_doubt, (
                f"{record.state} {record.step}"
            )

    def _index(self, record: Record) -> int:
        unseen = [each for each in self.home.records.values() if each.is_unseen]
        return [each.grant_id for each in unseen].index(record.grant_id)


def _is_live(record: Record) -> bool:
    """Tell whether there is a grant, or was one that its times have ended."""
    return not record.is_gone and record.vendor_id is not None


def _nothing() -> None:
    """Let the task be cancelled, and the home live on."""
