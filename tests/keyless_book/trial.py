"""Runs a schedule, and judges what the home says of its grants by what is granted, and by what phones can open."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from custom_components.latchkey.ledger import LedgerError, Record, Step, Terms
from custom_components.latchkey.vendors.grants import Credential, GrantState
from custom_components.latchkey.vendors.vendor import VendorError
from tests.grants.interrupt import Stop, stopped
from tests.keyless_book.home import GRANT, Home
from tests.keyless_book.platform import Key
from tests.keyless_book.schedules import CHANGES, Action, Schedule, Stroke

AGAIN: Final = "01JAGAIN"
THERE: Final = (GrantState.PENDING, GrantState.ACTIVE, GrantState.EXPIRED)
GONE: Final = (GrantState.REVOKING, GrantState.REVOKED)
NEVER: Final = (None, GrantState.FAILED)
NOTHING_LEFT: Final = (*NEVER, GrantState.REVOKED)
MINUTES: Final = 14
SLACK: Final = timedelta(minutes=15)
"""How much longer than true a key may be said to live on."""

_INTENTS: Final = {
    "POST": f'"step": "{Step.ISSUE}"',
    "PUT": f'"step": "{Step.UPDATE}"',
    "DELETE": f'"step": "{Step.REVOKE}"',
}


class Trial:
    """Runs one schedule and asserts what must hold."""

    def __init__(self, home: Home, schedule: Schedule) -> None:
        """Initialize with a home at a platform where nothing is granted."""
        self.home = home
        self.platform = home.platform
        self.schedule = schedule
        self.may_be: set[GrantState | None] = set(NEVER)
        """How it may end."""
        self.terms: list[Terms] = []
        """What the grant may be in the end."""
        self.stray: list[Terms] = []
        """What commands ask for that may take effect at any time."""
        self.release_in: int | None = None
        self.minutes = 0
        self.suspensions = 0
        self.is_twin = False

    async def run(self) -> None:
        """Run all strokes, then wait until nothing is in doubt, and until no key opens any more."""
        for stroke in self.schedule.strokes:
            if self._possible(stroke.action):
                await self._strike(stroke)
                for _ in range(stroke.pause):
                    await self._minute()
        for minute in range(MINUTES):
            crashes = minute == self.schedule.crash_in
            await self._minute(self.schedule.crash_at if crashes else 0)
        self._judge_end()
        await self._outlive()

    def _possible(self, action: Action) -> bool:
        state = self.home.state()
        if action in CHANGES:
            return state in THERE and self._credential is Credential.APP
        if action == "again":
            return bool(self.terms) and self._credential is Credential.APP
        return state is not None if action == "revoke" else True

    @property
    def _credential(self) -> Credential | None:
        records = self.home.ledger.records
        return records[GRANT].credential if GRANT in records else Credential.APP

    async def _strike(self, stroke: Stroke) -> None:
        home, platform = self.home, self.platform
        before = platform.commands
        unwritten: list[str] = []

        def watch(method: str) -> None:
            platform.read_trouble = stroke.read_trouble
            if not stroke.busy and _INTENTS[method] not in home.disk.text:
                unwritten.append(method)

        platform.watch = watch
        platform.trouble = stroke.trouble
        platform.arrives = stroke.arrives
        platform.grants_the_same = stroke.foreign
        home.disk.fail(stroke.write, stroke.writes, lands=stroke.lands)
        stop = Stop(stroke.at, home.die if stroke.end == "kill" else _nothing)
        busy = asyncio.create_task(home.reconcile()) if stroke.busy else None
        await asyncio.sleep(0)
        terms = self._wanted(stroke.action)
        self.is_twin = self._is_there_or_in_doubt(terms)
        outcome: Record | BaseException
        try:
            outcome = await stopped(self._action(stroke.action, terms), stop)
        except (VendorError, LedgerError, asyncio.CancelledError) as err:
            outcome = err
        if busy:
            await asyncio.wait([busy])
        self.suspensions = stop.suspensions
        platform.trouble = platform.read_trouble = None
        platform.grants_the_same = False
        home.disk.fail(0, 0)
        platform.watch = lambda method: None
        assert not unwritten, "sent before the intent was on disk"
        if stroke.write == 1 and not stroke.busy:
            assert platform.commands == before, "sent after a failed write"
        self._expect(stroke, terms, outcome)
        if platform.holds and self.release_in is None:
            self.release_in = stroke.late
            self.stray.append(terms)
        if home.dead or stroke.restart:
            self.home = home.restarted()
        self._release_if_due()
        self._judge_always(compared=False)

    def _is_there_or_in_doubt(self, terms: Terms) -> bool:
        """Return whether a grant of these terms is there, or may be and cannot be found by an id."""
        records = self.home.ledger.records
        if GRANT not in records or records[GRANT].terms != terms:
            return False
        record = records[GRANT]
        if record.vendor_id is None:
            return self.home.state() not in NOTHING_LEFT
        return self.home.state() in THERE and record.step is Step.NONE

    def _wanted(self, action: Action) -> Terms:
        """Return what an action is to make of the grant."""
        home = self.home
        match action:
            case "issue":
                return home.terms(begins_in=self.schedule.begins_in)
            case "key":
                return home.terms(0.5, min(self.schedule.begins_in, 25))
            case "again":
                return self.terms[0]
        present = home.record().terms if home.state() else self.terms[0]
        assert present.start is not None and present.end is not None
        match action:
            case "extend":
                return replace(present, end=present.end + timedelta(days=5), fields={})
            case "shorten":
                # Ends while the trial goes on.
                end = home.terms(MINUTES / 2880).end
                assert end is not None
                start = min(present.start, end - timedelta(minutes=1))
                return replace(present, start=start, end=end, fields={})
            case "postpone":
                later = home.terms(begins_in=20).start
                return replace(present, start=later, fields={})
            case "days":
                return replace(present, fields={"key_validity_days": "20"})
        return present

    def _action(self, action: Action, terms: Terms) -> Coroutine[Any, Any, Record]:
        home = self.home

        async def issue(credential: Credential, grant_id: str = GRANT) -> Record:
            record, issued = await home.issue(terms, grant_id, credential)
            assert issued.code is None or issued.code not in home.disk.text
            return record

        match action:
            case "issue":
                return issue(Credential.APP)
            case "key":
                return issue(Credential.OFFLINE_KEY)
            case "again":
                return issue(Credential.APP, f"{AGAIN}{len(home.ledger.records):04}")
            case "revoke":
                return home.book.revoke(home.record())
        return home.book.update(GRANT, terms, None)

    def _expect(
        self, stroke: Stroke, terms: Terms, outcome: Record | BaseException
    ) -> None:
        """Take in what the caller was told."""
        told = outcome.state if isinstance(outcome, Record) else None
        interrupted = isinstance(outcome, asyncio.CancelledError)
        doubtful = told is GrantState.UNKNOWN or interrupted
        match stroke.action:
            case "issue" | "key":
                if told in THERE:
                    self.may_be = set(THERE)
                elif doubtful:
                    self.may_be = {*THERE, *NEVER}
                else:
                    assert self.home.state() is None, "refused, and yet there"
                self.terms = [terms]
            case "again":
                if self.is_twin:
                    assert not isinstance(outcome, Record), "granted twice"
            case "revoke":
                # An intent that failed writes left on disk is carried on by the next start.
                unsure = interrupted or _INTENTS["DELETE"] in self.home.disk.text
                if told is not None:
                    assert told in GONE
                    self.may_be = set(GONE)
                elif unsure:
                    self.may_be |= set(GONE)
            case _:
                self.may_be = self.may_be - set(NEVER) or set(THERE)
                if told in THERE:
                    self.terms = [terms]
                elif doubtful:
                    self.terms.append(terms)

    # What time brings

    async def _minute(self, crash_at: int = 0) -> None:
        self._release_if_due()
        if self.minutes == self.schedule.phone_in:
            self.platform.give_phone()
        self.minutes += 1
        if self.release_in is not None:
            self.release_in -= 1
        with suppress(asyncio.CancelledError):
            await stopped(self.home.tick(), Stop(crash_at, self.home.die))
        if self.home.dead:
            self.home = self.home.restarted()
            await self.home.reconcile()
        self._judge_always()

    def _release_if_due(self) -> None:
        if self.release_in is not None and self.release_in <= 0:
            self.platform.release()
            self.release_in = 1 if self.platform.holds else None

    async def _outlive(self) -> None:
        """Wait until the last key has run out: only then may it be said so, and then it must."""
        for _ in range(4):
            ends = [key.until for key in self._keys()]
            if said := (self.home.until() if self.home.state() else None):
                ends.append(said)
            if not ends:
                return
            ahead = max(ends) - self.home.clock.now
            await self.home.tick(max(ahead.total_seconds() - 1, 0))
            self._judge_always()
            await self.home.tick(2)
            self._judge_always()
        record = self.home.ledger.records.get(GRANT)
        if record and record.state in GONE:
            assert self.home.state() is GrantState.REVOKED, "for ever"

    # What must hold

    def _keys(self) -> list[Key]:
        """Return the keys on the phone that open now or will, and do not come from somebody else's permission."""
        now = self.home.clock.now
        if self.platform.foreign:
            # Which of two permissions that look the same is ours, nobody can tell.
            return []
        return [key for key in self.platform.keys if now < key.until]

    def _granted(self) -> int:
        grants = self.platform.cloud.grants
        return len(grants.permissions) + len(grants.offline_keys)

    def _judge_always(self, *, compared: bool = True) -> None:
        """Assert that nothing is there twice, and that nothing opens that is said not to."""
        home = self.home
        states = {grant_id: home.state(grant_id) for grant_id in home.ledger.records}
        alive = [state for state in states.values() if state not in NOTHING_LEFT]
        foreign = len(self.platform.foreign)
        if compared:
            assert self._granted() <= len(alive) + foreign, (
                f"doubled, or lost: {states}"
            )
        now, state = home.clock.now, home.state()
        keys = self._keys() if states.keys() <= {GRANT} else []
        if compared and state in NOTHING_LEFT:
            assert not keys, f"opens, although {state}"
        if compared and state not in (*NOTHING_LEFT, GrantState.UNKNOWN):
            record = home.record()
            end = record.terms.end
            assert end is not None
            said = [until for until in [home.until()] if until]
            if state is not GrantState.REVOKING:
                said.append(end)
            latest = max(said, default=now)
            for key in keys:
                assert key.until <= latest, f"opens until {key.until}, not {latest}"
                if key.opens(now):
                    assert state is not GrantState.EXPIRED, "opens, although expired"
        for text in home.disk.written:
            assert "value" not in text and "secret" not in text
        home.disk.written.clear()

    def _judge_end(self) -> None:
        """Assert that nothing is in doubt any more, and nobody was told what is not so."""
        home, grants = self.home, self.platform.cloud.grants
        state = home.state()
        if self.platform.foreign and GrantState.FAILED in self.may_be:
            # What looks the same in every respect is taken for it.
            self.may_be |= set(THERE)
        assert state in self.may_be, f"{state}, not of {self.may_be}"
        assert state is not GrantState.UNKNOWN, "still in doubt"
        listed = {
            *(f"permission/{each}" for each in grants.permissions),
            *(f"offline-key/{each}" for each in grants.offline_keys),
        }
        claimed = {
            record.vendor_id
            for grant_id, record in home.ledger.records.items()
            if home.state(grant_id) in THERE
        }
        assert claimed <= listed, "said to be there, and is not"
        assert len(listed - claimed) <= len(self.platform.foreign), "there, and unknown"
        if state in THERE:
            record = home.record()
            # The vendor's own fields are not on disk.
            wanted = [replace(terms, fields={}) for terms in self.terms + self.stray]
            assert replace(record.terms, fields={}) in wanted
            for each in grants.permissions.values():
                if record.vendor_id == f"permission/{each.id}":
                    assert (each.start, each.end) == (
                        record.terms.start,
                        record.terms.end,
                    )
        days = any(stroke.action == "days" for stroke in self.schedule.strokes)
        if state in GONE and self.schedule.phone_in == 0 and not days:
            said, keys = home.until(), self._keys()
            if said and keys and home.ledger.records.keys() == {GRANT}:
                assert said - max(key.until for key in keys) <= SLACK


def _nothing() -> None:
    """Let the task be cancelled, and the home live on."""
