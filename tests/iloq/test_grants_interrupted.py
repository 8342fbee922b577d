"""Whatever happens while a key is issued or changed, there is one or none, and the ledger says which."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
import logging
from typing import Literal, get_args

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.latchkey.ledger import LedgerError, Record, Step, Terms
from custom_components.latchkey.vendors.grants import Credential, Fault, GrantState
from custom_components.latchkey.vendors.iloq.people import key_id_of, person_id_of
from custom_components.latchkey.vendors.vendor import OutcomeUnknown, VendorError
from simulators.faults import Fault as Trouble
from simulators.iloq import IloqCloud, serve
from simulators.iloq.keys import Key, Programming
from tests.grants.home import Disk
from tests.grants.interrupt import Stop, stopped
from tests.iloq.home import V2
from tests.iloq.mortal_home import MortalHome
from tests.simulators.helpers import FakeClock

GRANT = "01JGRANT0000"
KEY = key_id_of(GRANT)
PERSON = person_id_of(GRANT)

type Kind = Literal[
    "reset",
    "reset_after",
    "half",
    "html",
    "html_after",
    "status",
    "redirect",
    "rate_limit",
    "twice",
]
STEPS = (
    *("POST Persons", "POST Keys", "PUT KeyPhones"),
    *(f"GET Keys/{KEY}/CanUpdateMainZone", f"PUT Keys/{KEY}/UpdateMainZone"),
    *(f"GET Keys/{KEY}/CanOrder", f"POST Keys/{KEY}/Order"),
    *(f"DELETE Keys/{KEY}", f"DELETE Persons/{PERSON}", f"GET Persons/{PERSON}"),
    *(f"GET Keys/{KEY}", f"GET Keys/{KEY}/SecurityAccesses"),
    *(f"PUT Keys/{KEY}/SecurityAccesses", "PUT Keys"),
)
_KINDS = st.sampled_from(get_args(Kind.__value__))


@dataclass(frozen=True)
class Course:
    """What is asked for, and all that goes wrong."""

    credential: Credential
    refused: bool
    """Whether it opens what cannot be ordered by the API."""
    troubles: tuple[tuple[str, Kind], ...]
    stop_at: int
    """At which suspension Home Assistant is killed; none for 0."""
    session_requests: int | None
    """After how many requests a session has ended."""


COURSES = st.builds(
    Course,
    credential=st.sampled_from(
        [Credential.PHONE] * 2 + [Credential.KEY, Credential.TAG]
    ),
    refused=st.sampled_from([False, False, True]),
    troubles=st.lists(
        st.tuples(st.sampled_from(STEPS), _KINDS), max_size=3, unique_by=lambda t: t[0]
    ).map(tuple),
    stop_at=st.just(0) | st.integers(1, 90),
    session_requests=st.none() | st.integers(6, 16),
)


class Trial:
    """One course at a cloud of its own."""

    def __init__(self, cloud: IloqCloud, home: MortalHome, course: Course) -> None:
        """Initialize with a home, and what there is already."""
        self.cloud, self.home, self.course = cloud, home, course
        self.keys, self.people = set(cloud.group.keys), set(cloud.group.persons)

    @property
    def key(self) -> Key | None:
        """Return the grant's key; there is no other new one, and no other new person than the grant's."""
        assert set(self.cloud.group.keys) - self.keys <= {KEY}
        assert set(self.cloud.group.persons) - self.people <= {PERSON}
        return self.cloud.group.keys.get(KEY)

    def terms(self, name: str = "Gun Ek", days: int = 3) -> Terms:
        """Return what a key is to be."""
        now = self.home.clock.now.replace(microsecond=0)
        zone = self.cloud.group.default_zone.id
        return Terms(
            name=name,
            start=now + timedelta(hours=days),
            end=now + timedelta(days=days),
            fields={"zone": zone} if days == 3 else {},
        )

    async def issue(self) -> tuple[Record, object]:
        """Issue the key."""
        codes = {Credential.PHONE: "+358401112223", Credential.TAG: "04F1E2D3"}
        return await self.home.book.issue(
            GRANT,
            self.home.access("Sauna", "Cellar" if self.course.refused else "Gym"),
            self.course.credential,
            self.terms(),
            codes.get(self.course.credential),
        )

    def spoil(self) -> None:
        """Put all that goes wrong in force."""
        self.cloud.set_options(session_requests=self.course.session_requests)
        for step, kind in self.course.troubles:
            method, _, path = step.partition(" ")
            self.cloud.add_fault(Trouble(kind, method, f"{V2}{path}", times=1))

    def mend(self) -> None:
        """Have nothing go wrong any more."""
        self.cloud.clear_faults()
        self.cloud.set_options(session_requests=None)

    async def survived(self) -> None:
        """Start anew where the home was killed, and look until nothing is in doubt."""
        if self.home.dead:
            self.home = await self.home.restarted()
        self.mend()
        await self.home.looked()

    async def run_issue(self) -> None:
        """Issue a key while things go wrong."""
        self.spoil()
        outcome: Record | BaseException
        stop = Stop(self.course.stop_at, self.home.die)
        try:
            outcome, _ = await stopped(self.issue(), stop)
        except (VendorError, LedgerError, asyncio.CancelledError) as err:
            outcome = err
        assert not isinstance(outcome, OutcomeUnknown)
        if isinstance(outcome, (VendorError, LedgerError)):
            assert self.key is None, "refused, and there"
            assert GRANT not in self.home.ledger.records
        await self.survived()
        record = self.home.ledger.records.get(GRANT)
        is_there = record is not None and not record.is_ended
        assert is_there is (self.key is not None)
        if record is None or (key := self.key) is None:
            assert record is None or record.state is GrantState.FAILED
            return
        assert record.step is Step.NONE
        assert record.vendor_id == KEY
        assert (record.terms.start, record.terms.end) == _times(key)
        is_planned = key.programming is Programming.PLANNING
        assert (record.fault is Fault.ISSUE) is is_planned
        expected = {
            Programming.PLANNING: GrantState.FAILED,
            Programming.ORDERED: GrantState.PENDING,
            Programming.PROGRAMMED: GrantState.ACTIVE,
        }
        assert record.state is expected[key.programming]

    async def run_update(self) -> None:
        """Change a key while things go wrong."""
        await self.issue()
        before = self.home.ledger.records[GRANT]
        self.spoil()
        wanted = self.terms("Gun Lind", days=5)
        update = self.home.book.update(GRANT, wanted, None)
        stop = Stop(self.course.stop_at, self.home.die)
        refused = False
        try:
            await stopped(update, stop)
        except VendorError, LedgerError:
            refused = True
        except asyncio.CancelledError:
            pass
        await self.survived()
        record, key = self.home.ledger.records[GRANT], self.key
        assert key is not None
        assert record.step is Step.NONE
        assert record.terms.name == key.record["Description"]
        assert (record.terms.start, record.terms.end) == _times(key)
        if refused:
            assert record.terms.end == before.terms.end
        assert record.state is not GrantState.UNKNOWN


def _times(key: Key) -> tuple[object, object]:
    """Return from when to when a key may open, by whichever end is the later."""
    limits = {slot["SlotNo"]: slot["LimitDateLg"] for slot in key.planned.slots}
    return limits.get(0), max(limits[1], key.record["ExpireDate"])


async def _run(course: Course, act: str) -> None:
    clock = FakeClock()
    cloud = IloqCloud(clock=clock)
    async with serve(cloud) as address:
        home = await MortalHome(cloud, address.url, clock, Disk()).started()
        trial = Trial(cloud, home, course)
        try:
            await (trial.run_issue() if act == "issue" else trial.run_update())
            for text in home.disk.written:
                assert "+358401112223" not in text and "04F1E2D3" not in text
        finally:
            await trial.home.ended()


def _tried(course: Course, act: str) -> None:
    # Log lines of troubles tell nothing.
    logging.disable()
    try:
        with asyncio.Runner() as runner:
            runner.run(_run(course, act))
    finally:
        logging.disable(logging.NOTSET)


_SETTINGS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@_SETTINGS
@given(course=COURSES)
def test_issue(socket_enabled: None, course: Course) -> None:
    """One call leaves one key or none, one person at most, and the ledger says which."""
    _tried(course, "issue")


@_SETTINGS
@given(course=COURSES.filter(lambda course: not course.refused))
def test_update(socket_enabled: None, course: Course) -> None:
    """A change is as it was asked for or not there, and the ledger says how the key is."""
    _tried(course, "update")
