"""Runs a schedule, and judges what the home says of its grants by what the devices hold."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
import re
from typing import Final

from custom_components.latchkey.ledger import LedgerError, Record, Step as Asked, Terms
from custom_components.latchkey.vendors.grants import Credential, Fault, GrantState
from custom_components.latchkey.vendors.vendor import VendorError
from simulators import Fault as Trouble
from simulators.keyvox.credentials import Credential as Pin, Stage
from simulators.keyvox.devices import Device, Held
from tests.grants.interrupt import Stop, stopped
from tests.keyvox_book.home import Home
from tests.keyvox_book.schedules import Act, Schedule, Step

_MARKER: Final = re.compile(r"\[(\w+)\.(\d+)\]$")
_LIVING: Final = (GrantState.PENDING, GrantState.ACTIVE)
_LONGEST: Final = timedelta(days=60)
_CODE: Final = "482913"


class Trial:
    """Runs one schedule and asserts what must hold."""

    def __init__(self, home: Home, schedule: Schedule, place: str) -> None:
        """Initialize with a home at a place where nothing is granted."""
        self.home, self.cloud, self.schedule = home, home.cloud, schedule
        self.place = place
        self.is_listed = schedule.place == "unit"
        self.seen: Counter[str] = Counter()
        self.issued: list[str] = []
        self.kept: set[str] = set()
        """What was answered as issued, and not revoked since."""
        self.revoked: set[str] = set()
        """What was answered as being revoked."""
        self.release_at: datetime | None = None
        self.strays: set[str] = set()
        """Of what a command took effect after it was given up, until it is found by a look at everything."""

        self.faults: dict[str, Fault | None] = {}
        self.untold: set[str] = set()
        """What was revoked elsewhere, until the next look at everything tells."""

    async def run(self) -> None:
        """Run all steps, and then have everything come to its end."""
        for step in self.schedule.steps:
            await self._step(step)
            await self._pass(step.minutes)
        await self._come_to_an_end()
        self._judge_end()

    # Steps

    async def _step(self, step: Step) -> None:
        self.seen[step.act] += 1
        chosen = self._chosen(step)
        match step.act:
            case "fail":
                self.cloud.settle()
                self.cloud.deliveries.fail_next(1 + step.which % 2)
            case "offline" | "online":
                self._connect(step.which, step.act == "online")
            case "restart":
                self.home = await self.home.restarted()
            case "elsewhere" if chosen and (pin := self._pin(chosen)):
                self._elsewhere(chosen, pin, step)
            case "issue" | "update" | "amend" | "revoke":
                await self._ask(step, chosen)

    def _chosen(self, step: Step) -> str | None:
        alive = [each for each in self.issued if each in self.home.ledger.records]
        return alive[step.which % len(alive)] if alive else None

    def _connect(self, which: int, online: bool) -> None:
        devices = self._devices()
        self.cloud.set_connection(devices[which % len(devices)].id, online=online)

    def _elsewhere(self, grant_id: str, pin: Pin, step: Step) -> None:
        """Have somebody revoke a PIN in the vendor's console."""
        if self._held(grant_id) and not pin.is_disabled:
            self.cloud.pins.disable(pin, self.cloud.settle())
            self.kept.discard(grant_id)
            self.untold.add(grant_id)
            self.seen["revoked elsewhere"] += 1

    async def _ask(self, step: Step, chosen: str | None) -> None:
        """Ask for something as an action does."""
        home = self.home
        act: Act = "issue" if chosen is None else step.act
        grant_id = chosen or ""
        if act == "issue":
            if len(self.issued) > 2:
                return
            grant_id = f"01JGRANT{self.schedule.seed:06}{len(self.issued)}"
            self.issued.append(grant_id)
        elif act in ("update", "amend") and not self._can_change(grant_id):
            return
        terms = self._terms(step, act, grant_id)
        self._spoil(step, act)
        stop = Stop(step.stop_at, home.die)
        outcome: Record | BaseException
        try:
            outcome = await stopped(self._action(act, grant_id, terms), stop)
        except (VendorError, LedgerError, asyncio.CancelledError) as err:
            outcome = err
        await self.cloud.come_to_rest()
        self.cloud.clear_faults()
        self.cloud.hold_next = False
        if self.cloud.holds and self.release_at is None:
            self.release_at = home.clock.now + timedelta(minutes=self._late(step, act))
        self.seen[f"{act}: {self._heard(outcome)}"] += 1
        self._expect(act, grant_id, outcome)
        if home.dead:
            self.seen["killed"] += 1
            self.home = await home.restarted()
        else:
            home.looks.hasten(home.access(self.place).scope)
        self._judge()

    def _late(self, step: Step, act: Act) -> int:
        # A change that is given up and comes later is told by nothing where there is no list.
        return step.late if self.is_listed or act == "issue" else min(step.late, 1)

    def _can_change(self, grant_id: str) -> bool:
        record = self.home.ledger.records[grant_id]
        state = self.home.state(grant_id)
        return state in (*_LIVING, GrantState.EXPIRED) or record.fault is Fault.ISSUE

    def _terms(self, step: Step, act: Act, grant_id: str) -> Terms:
        now = self.home.clock.now.replace(microsecond=0)
        if act == "amend":
            present = self.home.ledger.records[grant_id].terms
            if present.end and present.end > now:
                return Terms(name="Berta", start=present.start, end=present.end)
        start = now + timedelta(minutes=step.start)
        end = start + timedelta(minutes=step.length)
        return Terms(name="Anna", start=start, end=end)

    async def _action(self, act: Act, grant_id: str, terms: Terms) -> Record:
        home = self.home
        match act:
            case "issue":
                record, issued = await home.book.issue(
                    grant_id, home.access(self.place), Credential.PIN, terms, None
                )
                assert issued.code is None or "*" not in issued.code
                return record
            case "update":
                return await home.book.update(grant_id, terms, _CODE)
            case "amend":
                return await home.book.update(grant_id, terms, None)
        return await home.book.revoke(home.ledger.records[grant_id])

    def _spoil(self, step: Step, act: Act) -> None:
        cloud = self.cloud
        names = {"issue": "create", "revoke": "disable"}
        verb = names.get(act, "change")
        paths = [f"{self._base()}v1/{verb}{kind}Pin" for kind in ("Lock", "Locker")]
        match step.trouble:
            case None:
                pass
            case "late":
                cloud.hold_next = True
            case kind:
                for path in paths:
                    cloud.add_fault(Trouble(kind, "POST", path, times=1))
        if step.read_trouble:
            path = f"{self._base()}v1/get"
            cloud.add_fault(Trouble(step.read_trouble, "POST", path))

    def _base(self) -> str:
        return "/" if self.schedule.place == "overview" else self.cloud.base_path

    @staticmethod
    def _heard(outcome: Record | BaseException) -> str:
        return (
            outcome.state.value
            if isinstance(outcome, Record)
            else type(outcome).__name__
        )

    def _expect(self, act: Act, grant_id: str, outcome: Record | BaseException) -> None:
        """Take in what the caller was told."""
        state = outcome.state if isinstance(outcome, Record) else None
        if act == "issue":
            if state in _LIVING:
                self.kept.add(grant_id)
            elif isinstance(outcome, (VendorError, LedgerError)):
                assert grant_id not in self.home.ledger.records, "refused, and there"
        elif act == "revoke":
            is_unsure = isinstance(outcome, asyncio.CancelledError)
            if state is not None or is_unsure:
                self.kept.discard(grant_id)
            if state is not None:
                assert state in (GrantState.REVOKING, GrantState.REVOKED)
                self.revoked.add(grant_id)

    # What time brings

    async def _pass(self, minutes: float) -> None:
        """Let time pass, by leaps where nothing is looked at."""
        until = self.home.clock.now + timedelta(minutes=minutes)
        while self.home.clock.now < until:
            leap = min(self.home.next_look(), until - self.home.clock.now)
            await self.home.tick(max(leap.total_seconds(), 1))
            self._judge()
            await self._release_if_due()

    async def _release_if_due(self) -> None:
        if self.release_at is None or self.home.clock.now < self.release_at:
            return
        self.release_at = None
        # What was given up by now is not looked into but with all the rest.
        self.strays |= {
            grant_id
            for grant_id, record in self.home.ledger.records.items()
            if record.step is Asked.NONE
        }
        await self.cloud.release()
        await self.cloud.come_to_rest()
        self.seen["late"] += 1

    async def _come_to_an_end(self) -> None:
        """Mend all that is broken, change again what failed, and wait."""
        self.release_at = self.release_at and self.home.clock.now
        await self._release_if_due()
        await self._pass(1)
        for device in self._devices():
            self.cloud.set_connection(device.id, online=True)
        self.cloud.deliveries.fail_next(0)
        # The vendor tries by itself what it did not reach.
        await self._pass(130)
        for grant_id, record in list(self.home.ledger.records.items()):
            if record.fault in (Fault.ISSUE, Fault.UPDATE) and self._can_change(
                grant_id
            ):
                self.seen[f"asked again after {record.fault}"] += 1
                terms = self._terms(
                    Step("update", start=10, length=9000), "update", grant_id
                )
                with suppress(VendorError):
                    await self.home.book.update(grant_id, terms, None)
                self.home.looks.hasten(record.scope)
        await self._pass(13 * 60)

    # What must hold

    def _devices(self) -> list[Device]:
        scope = self.home.access(self.place).scope
        if scope in self.cloud.lockers:
            return [self.cloud.lockers[scope]]
        return [self.cloud.locks[each] for each in self.cloud.units[scope].lock_ids]

    def _pins(self, grant_id: str) -> list[Pin]:
        """Return the PINs at the vendor that are of a grant, by its id or by its marker."""
        record = self.home.ledger.records.get(grant_id)
        vendor_id = ((record and record.vendor_id) or "").partition("/")[2]
        return [
            pin
            for pin in self.cloud.pins.values()
            if pin.id == vendor_id or _grant_of(pin) == grant_id
        ]

    def _pin(self, grant_id: str) -> Pin | None:
        return next(iter(self._pins(grant_id)), None)

    def _held(self, grant_id: str) -> list[Held | None]:
        """Return what each device of the place holds of a grant."""
        ids = {pin.id for pin in self._pins(grant_id)}
        return [
            next((device.memory[each] for each in ids if each in device.memory), None)
            for device in self._devices()
        ]

    def _judge(self) -> None:
        """Assert that what is said of each grant is true of the devices."""
        home, now = self.home, self.home.clock.now
        for pin in self.cloud.pins.values():
            if (marked := _grant_of(pin)) is not None:
                assert marked in home.ledger.records, "lost"
        known = [each.vendor_id for each in home.ledger.records.values()]
        assert len({each for each in known if each}) == len([e for e in known if e])
        for grant_id, record in home.ledger.records.items():
            state = home.state(grant_id)
            if record.fault is not self.faults.get(grant_id) and record.fault:
                self.seen[f"delivery failed: {record.fault}"] += 1
            self.faults[grant_id] = record.fault
            assert len(self._pins(grant_id)) <= 1, "doubled"
            if state is GrantState.ACTIVE and record.step is Asked.NONE:
                self.strays -= {grant_id} if self._is_right(record) else set()
            if grant_id in self.strays or self.release_at is not None:
                continue
            if state is not GrantState.ACTIVE:
                self.untold.discard(grant_id)
            elif grant_id not in self.untold:
                assert self._is_right(record), "active, and not at every door"
            if record.is_ended:
                assert not any(self._held(grant_id)), f"{state}, and opens"
            self._judge_reach(record, now)
        for text in home.disk.written:
            for pin in self.cloud.pins.values():
                assert not {pin.code, pin.qr_code, pin.short_url} & set(
                    re.findall(r"[^\"\s]+", text)
                )
        home.disk.written.clear()

    def _is_right(self, record: Record) -> bool:
        """Return whether every device of a grant has it with its times."""
        times = (record.terms.start, record.terms.end)
        return all(
            held is not None and (held.start, held.end) == times
            for held in self._held(record.grant_id)
        )

    def _judge_reach(self, record: Record, now: datetime) -> None:
        """Assert that no door opens for longer than is said."""
        state = record.state_at(now)
        if state in (GrantState.UNKNOWN, GrantState.REVOKING):
            return
        end = record.terms.end
        assert end is not None
        said = max(end, record.outlives(now) or end)
        for held in self._held(record.grant_id):
            if held is not None and now < held.end:
                assert held.end <= said, f"opens until {held.end}, not {said}"
                assert state is not GrantState.EXPIRED, "opens, although expired"

    def _judge_end(self) -> None:
        """Assert that nothing is in doubt any more, and nobody was told what is not so."""
        home, now = self.home, self.home.clock.now
        for grant_id in self.issued:
            record, state = home.ledger.records.get(grant_id), home.state(grant_id)
            pin = self._pin(grant_id)
            self.seen[f"in the end {state}"] += 1
            if record is None:
                assert pin is None or pin.is_gone, "lost"
                continue
            if state is GrantState.UNKNOWN:
                assert not self.is_listed, "still in doubt"
                continue
            if state is GrantState.REVOKING and record.vendor_id is None:
                assert not self.is_listed, "still in doubt"
                continue
            assert record.step is Asked.NONE or record.vendor_id is None
            if grant_id in self.revoked and (self.is_listed or record.vendor_id):
                assert state is GrantState.REVOKED, f"revoked, and {state}"
            if grant_id in self.kept:
                assert state in (*_LIVING, GrantState.EXPIRED), f"lost: {state}"
            match state:
                case GrantState.REVOKED | GrantState.FAILED:
                    assert record.fault is None
                    assert pin is None or pin.is_gone
                case GrantState.ACTIVE:
                    assert record.fault is None
                    assert pin is not None and pin.stage is Stage.DONE
                case GrantState.PENDING:
                    start = record.terms.start
                    assert start is not None
                    assert start > now + timedelta(hours=71), "still pending"
                case GrantState.EXPIRED:
                    assert record.fault is None or record.terms.end
                case _:
                    raise AssertionError(f"still {state}")


def _grant_of(pin: Pin) -> str | None:
    """Return the grant whose marker a PIN carries."""
    found = _MARKER.search(pin.holder)
    return found[1] if found else None
