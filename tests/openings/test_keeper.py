"""Whatever happens around the doors of a home: a lock never shows more than the platform's logs prove."""

from contextlib import suppress
from datetime import datetime, timedelta
import os
import random
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.latchkey.door import FRESH, HOLD
from custom_components.latchkey.opening_looks import LATER
from custom_components.latchkey.vendors.openings import GRACE
from simulators.bodies import Body
from simulators.clock import utc_now
from simulators.faults import Fault, FaultKind
from simulators.keyless.commands import RemoteCommand
from simulators.keyless.options import Execution
from tests.keyless.home import Home
from tests.openings.conftest import SHORT

SCHEDULES: Final = int(os.environ.get("LATCHKEY_SCHEDULES", SHORT)) // 12
STEPS: Final = 40
EXECUTIONS: Final[tuple[Execution, ...]] = (
    *("granted", "granted", "denied", "acknowledged_only", "nothing"),
)
LOG_DELAYS: Final = (0, 1, 5, 60, 240, 1800, 7200)
PAUSES: Final = (1, 2, 5, 5, 5, 12, 12, 30, 60, 120, 290, 420)
COMMANDS: Final = "/administration/remote-command"


class Schedule:
    """A random schedule at a home, checked after each of its steps."""

    def __init__(self, home: Home, seed: int) -> None:
        """Initialize with where the chances come from."""
        self.home = home
        self.random = random.Random(seed)
        self.done: list[str] = []
        self.told: dict[str, str] = {}
        """When each lock's last end was told."""

    async def run(self) -> None:
        """Run all steps."""
        steps = {
            self.open: 6,
            self.touch: 6,
            self.cancel: 1,
            self.phone: 1,
            self.choose: 2,
            self.wait: 12,
            self.restart: 1,
            self.revoke: 1,
            self.outage: 1,
            self.end_outage: 2,
        }
        names = {step: step.__name__ for step in steps}
        try:
            for _ in range(STEPS):
                (step,) = self.random.choices(list(steps), list(steps.values()))
                self.done.append(names[step])
                await step()
                await self.home.settle()
                self.check()
        except AssertionError as err:
            err.add_note("\n".join(self.done))
            raise

    def lock(self) -> str:
        """Return one of the locks."""
        place = self.random.randrange(2)
        self.done[-1] += f" {place}"
        return self.home.lock_id(place)

    async def _act(self, action: str) -> None:
        entity_id = self.home.shown("lock", "door", self.lock()).entity_id
        with suppress(HomeAssistantError):
            await self.home.hass.services.async_call(
                "lock", action, {ATTR_ENTITY_ID: entity_id}, blocking=True
            )

    async def open(self) -> None:
        """Ask for an opening."""
        await self._act("open")

    async def cancel(self) -> None:
        """Cancel it."""
        await self._act("lock")

    async def touch(self) -> None:
        """Have somebody at the door."""
        self.home.platform.touch(self.lock())

    async def phone(self) -> None:
        """Have somebody open by a phone, or be refused."""
        platform = self.home.platform
        user_id = next(iter(platform.people.devices.values())).user_id
        platform.open_by_phone(self.lock(), user_id)

    async def choose(self) -> None:
        """Choose what becomes of commands, and how late the logs come."""
        execution = self.random.choice(EXECUTIONS)
        delay = self.random.choice(LOG_DELAYS)
        self.home.platform.set_execution(self.lock(), execution)
        self.home.platform.set_options(log_delay_seconds=delay)
        self.done[-1] += f" {execution} {delay}"

    async def wait(self) -> None:
        """Let time pass."""
        seconds = self.random.choice(PAUSES)
        self.done[-1] += f" {seconds}"
        await self.home.wait(seconds)

    async def restart(self) -> None:
        """Start the account anew."""
        await self.home.hass.config_entries.async_reload(self.home.entry.entry_id)
        await self.home.wait(1)

    async def revoke(self) -> None:
        """Have all tokens end."""
        self.home.platform.revoke_tokens()

    async def outage(self) -> None:
        """Have the platform out of order."""
        kinds: tuple[FaultKind, ...] = ("status", "reset")
        kind = self.random.choice(kinds)
        self.home.platform.add_fault(Fault(kind=kind))

    async def end_outage(self) -> None:
        """Have the platform in order again."""
        self.home.platform.clear_faults()

    def check(self) -> None:
        """Assert that both locks show what is so."""
        for place in range(2):
            lock_id = self.home.lock_id(place)
            commands = commands_of(self.home, lock_id)
            now = utc_now()
            pending = [
                each
                for each in commands
                if not each.is_settled and now < each.validity_end
            ]
            assert len(pending) <= 1, "a second command while one is pending"
            state = self.home.shown("lock", "door", lock_id).state
            if state == "open":
                assert any(
                    now - at <= FRESH + HOLD + timedelta(seconds=LATER)
                    for command in commands
                    for at in proven(self.home, command)
                ), "open without a proof"
            if state == "opening":
                assert any(now < last_look(each) for each in commands), "for too long"
            self.check_end(lock_id, commands)

    def check_end(self, lock_id: str, commands: list[RemoteCommand]) -> None:
        """Assert that what was told of an opening's end is so."""
        shown = self.home.shown("event", "opening", lock_id)
        if (end := shown.attributes.get("event_type")) is None:
            return
        if self.told.get(lock_id) == shown.state:
            return
        self.told[lock_id] = shown.state
        command = commands[-1]
        match end:
            case "opened":
                assert proven(self.home, command)
            case "expired":
                assert command.acknowledgement is None
            case "cancelled":
                assert command.cancellation is not None
            case "denied":
                assert denied(self.home, command)
            case _:
                assert utc_now() >= command.validity_end


def commands_of(home: Home, lock_id: str) -> list[RemoteCommand]:
    """Return all commands for a lock, oldest first."""
    return [
        command
        for command in home.platform.commands.values()
        if command.locking_device_id == lock_id
    ]


def proven(home: Home, command: RemoteCommand) -> list[datetime]:
    """Return when a command was carried out, as far as the gateway's log has come and names it."""
    return [
        entry.at
        for entry in home.platform.gateways[command.gateway_id].log.arrived["audit"]
        if entry.fields.get("remoteCommandId") == command.id
    ]


def denied(home: Home, command: RemoteCommand) -> bool:
    """Return whether a command's own time has a denial in the lock's log."""
    at = command.acknowledgement
    return at is not None and any(
        entry.granted is False
        and timedelta() <= entry.at - at.replace(microsecond=0) <= timedelta(seconds=2)
        for entry in home.platform.locks[command.locking_device_id].log.arrived["audit"]
    )


def last_look(command: RemoteCommand) -> datetime:
    """Return when a command is not under way any more at the latest."""
    grace = GRACE if command.acknowledgement else timedelta()
    return command.validity_end + grace + timedelta(seconds=LATER)


@pytest.mark.parametrize("seed", range(SCHEDULES))
async def test_schedule(home: Home, seed: int) -> None:
    """A lock shows open only with proof, opening only while that may be, and has one command at a time."""
    await home.start()
    await Schedule(home, seed).run()
    assert home.entry.state in (ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY)


async def wait_until_over(home: Home) -> None:
    """Look until nothing is under way."""
    for _ in range(40):
        await home.wait(12)
        if home.door == "locked":
            return
    raise AssertionError(home.door)


async def reload(home: Home) -> None:
    """Start the account anew."""
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.wait(1)


async def test_restart_after_the_end(home: Home) -> None:
    """What ended before a restart is not told again, and nothing is shown of it."""
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await wait_until_over(home)
    assert home.ended == "opened"
    told = home.shown("event", "opening").state
    await reload(home)
    assert home.door == "locked"
    for _ in range(5):
        await home.wait(12)
    assert home.shown("event", "opening").state == told


async def test_restart_with_two(home: Home) -> None:
    """Of two commands, the one that can still open is taken up, not the one before it."""
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await wait_until_over(home)
    await home.act("open")
    await reload(home)
    assert home.door == "opening"
    await home.wait(30)
    assert home.door == "opening"
    with pytest.raises(HomeAssistantError, match="under way"):
        await home.act("open")
    await home.act("lock")
    assert home.ended == "cancelled"
    assert len(home.platform.commands) == 2


async def test_denied_before_a_restart(home: Home) -> None:
    """The lock's refusal of an earlier command is not taken for the next one's, also after a restart."""
    await home.start()
    lock_id = home.lock_id()
    home.platform.set_execution(lock_id, "denied")
    await home.act("open")
    home.platform.touch(lock_id)
    await wait_until_over(home)
    assert home.ended == "denied"
    await reload(home)
    await wait_until_over(home)
    home.platform.set_execution(lock_id, "granted")
    await home.wait(10)
    await home.act("open")
    home.platform.touch(lock_id)
    await wait_until_over(home)
    assert home.ended == "opened"


async def test_denied_in_an_outage(home: Home) -> None:
    """A refusal that could not be read in time is not taken for the next command's."""
    await home.start()
    lock_id = home.lock_id()
    home.platform.set_execution(lock_id, "denied")
    await home.act("open")
    await home.wait(280)
    home.platform.touch(lock_id)
    home.platform.add_fault(Fault(kind="status", path=COMMANDS))
    await home.wait(20)
    await home.wait(1)
    assert home.ended == "unconfirmed"
    home.platform.clear_faults()
    home.platform.set_execution(lock_id, "granted")
    await home.act("open")
    home.platform.touch(lock_id)
    await wait_until_over(home)
    assert home.ended == "opened"


async def test_gone(home: Home) -> None:
    """A command that the platform does not know any more was perhaps read: it is not told as expired."""
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    (command,) = home.platform.commands.values()
    assert command.acknowledgement is not None
    del home.platform.commands[command.id]
    await wait_until_over(home)
    assert home.ended == "unconfirmed"


async def test_pending_after_doubt(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of which nothing is known is not followed by a second one while it may be pending."""
    await home.start()
    home.platform.add_fault(Fault(kind="reset_after", method="POST", path=COMMANDS))
    listed = Fault(kind="status", method="GET", path=COMMANDS)

    answer = home.platform.issue_command

    def issue(issuer: str, body: Body) -> RemoteCommand:
        # What is listed already is read before anything is sent: the outage begins with this.
        home.platform.add_fault(listed)
        return answer(issuer, body)

    monkeypatch.setattr(home.platform, "issue_command", issue)
    with pytest.raises(HomeAssistantError):
        await home.act("open")
    assert len(home.platform.commands) == 1
    home.platform.clear_faults()
    monkeypatch.setattr(home.platform, "issue_command", answer)
    with suppress(HomeAssistantError):
        await home.act("open")
    assert len(home.platform.commands) == 1


async def test_pending_before_take_up(home: Home) -> None:
    """A command from before a restart that could not be read yet is not followed by a second one."""
    await home.start()
    await home.act("open")
    home.platform.add_fault(Fault(kind="status", method="GET", path=COMMANDS))
    await reload(home)
    home.platform.clear_faults()
    with suppress(HomeAssistantError):
        await home.act("open")
    assert len(home.platform.commands) == 1


async def test_late_proof(home: Home) -> None:
    """A proof that comes after a minute tells that it was opened, and shows nothing as open now."""
    await home.start()
    home.platform.set_options(log_delay_seconds=90)
    await home.act("open")
    home.platform.touch(home.lock_id())
    for _ in range(10):
        assert home.door == "opening"
        await home.wait(9)
    for _ in range(3):
        await home.wait(9)
        assert home.door != "open"
    assert home.door == "locked"
    assert home.ended == "opened"


async def test_other_lock(home: Home) -> None:
    """Both locks may be opened at once; each goes by its own proof."""
    await home.start()
    first, second = home.lock_id(0), home.lock_id(1)
    home.platform.set_execution(second, "acknowledged_only")
    await home.act("open")
    await home.hass.services.async_call(
        "lock",
        "open",
        {ATTR_ENTITY_ID: home.shown("lock", "door", second).entity_id},
        blocking=True,
    )
    home.platform.touch(first)
    await home.wait(5)
    assert home.door == "open"
    assert home.shown("lock", "door", second).state == "opening"
