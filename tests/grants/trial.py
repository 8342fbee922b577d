"""Runs a schedule, and judges what the home says of its grant."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final

import pytest

from custom_components.latchkey.ledger import LedgerError, Record, Step, Terms
from custom_components.latchkey.vendors import transport
from custom_components.latchkey.vendors.grants import GrantState
from custom_components.latchkey.vendors.vendor import VendorError
from simulators import Fault
from simulators.errors import Conflict
from tests.grants.home import CODE, GRANT, OTHER_CODE, Home
from tests.grants.interrupt import Stop, stopped
from tests.grants.schedules import Action, Schedule, Stroke

ISO: Final = "%Y-%m-%dT%H:%M:%SZ"
_NOT_THERE: Final = (None, GrantState.FAILED, GrantState.REVOKED)

_INTENTS: Final = {
    method: f'"step": "{step}"'
    for method, step in (
        ("POST", Step.ISSUE),
        ("PUT", Step.UPDATE),
        ("DELETE", Step.REVOKE),
    )
}


class Trial:
    """Runs one schedule and asserts what must hold."""

    def __init__(self, home: Home, schedule: Schedule) -> None:
        """Initialize with a home whose unit has an empty access list."""
        self.home = home
        self.cloud = home.cloud
        self.unit = int(home.scope)
        self.schedule = schedule
        self.may_be: set[GrantState | None] = {None}
        """How it may end."""
        self.terms: list[Terms] = []
        """What the grant may be in the end."""
        self.stray: list[Terms] = []
        """What commands ask for that may take effect at any time."""
        self.release_in: int | None = None
        self.pushed = False
        self.suspensions = 0
        self.stopped = False

    async def run(self) -> None:
        """Run all strokes, and then wait until nothing is in doubt."""
        self.cloud.set_options(
            entry_form=self.schedule.form, entry_answer=self.schedule.answer
        )
        for stroke in self.schedule.strokes:
            if self._possible(stroke.action):
                await self._strike(stroke)
                for _ in range(stroke.pause):
                    await self._minute()
        for minute in range(14):
            crashes = minute == self.schedule.crash_in
            await self._minute(self.schedule.crash_at if crashes else 0)
        self._judge_end()

    def _possible(self, action: Action) -> bool:
        state = self.home.state()
        if action == "issue":
            return True
        if action == "revoke":
            return state is not None
        return state in (GrantState.PENDING, GrantState.ACTIVE)

    async def _strike(self, stroke: Stroke) -> None:
        home, cloud = self.home, self.cloud
        before = cloud.commands()
        unwritten: list[str] = []
        if not stroke.busy:
            cloud.watch = lambda method: unwritten.extend(
                [method] * (_INTENTS[method] not in home.disk.text)
            )
        self._spoil(stroke)
        terms = home.terms(f"Guest {len(self.terms)}", 30 + len(self.terms))
        stop = Stop(stroke.at, home.die if stroke.end == "kill" else _nothing)
        busy = asyncio.create_task(home.reconcile()) if stroke.busy else None
        await asyncio.sleep(0)
        outcome: Record | BaseException
        with pytest.MonkeyPatch.context() as patch:
            if stroke.trouble == "time_out":
                patch.setattr(transport, "TIMEOUT", 0.02)
            try:
                outcome = await stopped(self._action(stroke.action, terms), stop)
            except (VendorError, LedgerError, asyncio.CancelledError) as err:
                outcome = err
            if busy:
                await asyncio.wait([busy])
        self.suspensions, self.stopped = stop.suspensions, stop.reached
        await cloud.come_to_rest()
        cloud.clear_faults()
        cloud.hold_next = None
        home.disk.fail(0, 0)
        cloud.watch = lambda method: None
        assert not unwritten, "sent before the intent was on disk"
        if stroke.write == 1 and not stroke.busy:
            assert cloud.commands() == before, "sent after a failed write"
        self._expect(stroke, terms, outcome)
        if cloud.holds and self.release_in is None:
            self.release_in, self.pushed = stroke.late, stroke.pushed
            self.stray.append(terms)
        if home.dead or stroke.restart:
            self.home = await home.restarted()
        await self._release_if_due()
        self._judge_always()

    def _action(self, action: Action, terms: Terms) -> Coroutine[Any, Any, Record]:
        home = self.home
        match action:
            case "issue":
                return home.issue(terms)
            case "update":
                return home.book.update(GRANT, terms, OTHER_CODE)
            case "amend":
                return home.book.update(GRANT, terms, None)
            case "revoke":
                return home.book.revoke(home.record)

    def _spoil(self, stroke: Stroke) -> None:
        cloud, path = self.cloud, "/v1/UnitIdEntries"
        match stroke.trouble:
            case None:
                pass
            case "late":
                cloud.hold_next = "cut"
            case "time_out":
                cloud.hold_next = "hang"
            case kind:
                # The answer to a deletion is empty: there is no half of it.
                methods = ["POST", "PUT"] + ["DELETE"] * (kind != "half")
                for method in methods:
                    cloud.add_fault(Fault(kind, method, path, times=1))
        if stroke.read_trouble:
            cloud.add_fault(Fault(stroke.read_trouble, "GET", path))
        if stroke.write:
            self.home.disk.fail(stroke.write, stroke.writes, lands=stroke.lands)

    def _expect(
        self, stroke: Stroke, terms: Terms, outcome: Record | BaseException
    ) -> None:
        """Take in what the caller was told."""
        told = outcome.state if isinstance(outcome, Record) else None
        interrupted = isinstance(outcome, asyncio.CancelledError)
        # An intent that failed writes left on disk is carried on by the next start.
        unsure = interrupted or _INTENTS["DELETE"] in self.home.disk.text
        doubtful = told is GrantState.UNKNOWN or interrupted
        cloud = self.cloud
        accepted = told in (GrantState.PENDING, GrantState.ACTIVE)
        match stroke.action:
            case "issue":
                if accepted:
                    self.may_be = {GrantState.ACTIVE}
                elif doubtful:
                    self.may_be = {GrantState.ACTIVE, GrantState.FAILED, None}
                    if cloud.holds and stroke.late > 1:
                        # What comes after the grace is taken back.
                        self.may_be.add(GrantState.REVOKED)
                else:
                    assert self.home.state() is None, "refused, and yet there"
                    self.may_be = {None, GrantState.FAILED}
                self.terms = [terms]
            case "update" | "amend":
                self.may_be -= {None, GrantState.FAILED}
                if accepted:
                    self.terms = [terms]
                elif doubtful:
                    self.terms.append(terms)
            case "revoke":
                if told is not None:
                    assert told in (GrantState.REVOKING, GrantState.REVOKED)
                    self.may_be = {GrantState.REVOKED}
                elif unsure:
                    self.may_be |= {GrantState.REVOKED}

    # What time brings

    async def _minute(self, crash_at: int = 0) -> None:
        with suppress(asyncio.CancelledError):
            await stopped(self.home.tick(), Stop(crash_at, self.home.die))
        if self.home.dead:
            self.home = await self.home.restarted()
        else:
            self._judge_always()
        if self.release_in is not None:
            self.release_in -= 1
            await self._release_if_due()

    async def _release_if_due(self) -> None:
        if self.release_in is not None and self.release_in <= 0:
            self.release_in = None
            await self.cloud.release()
            await self.cloud.come_to_rest()
            if self.pushed:
                with suppress(Conflict):
                    self.cloud.program(self.unit).sync.push()

    # What must hold

    def _judge_always(self) -> None:
        """Assert that the grant is there once or not at all, and what was said of it is true."""
        rows, held = self.cloud.entries(self.unit), self.cloud.memory(self.unit)
        state = self.home.state()
        assert len(rows) <= 1 and len(held) <= 1, "doubled"
        assert not (state in _NOT_THERE and held), f"opens, although {state}"
        if state is GrantState.ACTIVE:
            assert held and self.cloud.type_code(self.unit, held[0]["idNumber"]).granted
            end = self.home.record.terms.end
            doubted = self.home.record.step is not Step.NONE
            assert end
            assert doubted or held[0]["validToIso"] == end.strftime(ISO)
        for text in self.home.disk.written:
            assert CODE not in text and OTHER_CODE not in text
        self.home.disk.written.clear()

    def _judge_end(self) -> None:
        """Assert that nothing is in doubt any more, and nobody was told what is not so."""
        rows, held = self.cloud.entries(self.unit), self.cloud.memory(self.unit)
        state = self.home.state()
        assert state in self.may_be, f"{state}, not of {self.may_be}"
        assert state in (GrantState.ACTIVE, *_NOT_THERE), f"still {state}"
        if state is not GrantState.ACTIVE:
            assert rows == held == []
            assert not self.cloud.type_code(self.unit, CODE).granted
            assert not self.cloud.type_code(self.unit, OTHER_CODE).granted
            return
        assert [row["id"] for row in rows] == [each["id"] for each in held]
        assert self.home.record.terms in self.terms + self.stray
        terms = self.home.record.terms
        assert rows[0]["name"] == terms.name
        assert rows[0]["idNumber"] == held[0]["idNumber"]


def _nothing() -> None:
    """Let the task be cancelled, and the home live on."""
