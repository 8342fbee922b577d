"""A round of readings: what answers is taken, what fails is told apart from an outage."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.latchkey.polling import Round
from custom_components.latchkey.vendors.model import (
    Account,
    Device,
    DeviceKind,
    Inventory,
    Status,
)
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    DeviceUnreachable,
    NoRight,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)

OK = Status(outputs={"F1": True})
DOWN = ServiceUnavailable("status 503")


class Quiet:
    """A vendor with devices, none of which tells a state."""

    def __init__(self, account: VendorError | None = None) -> None:
        """Take what the account answers where it is asked."""
        self._answer = account
        self.asked = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """Return no counts."""
        return {}

    async def account(self) -> Account:
        """Return the account, or fail."""
        self.asked += 1
        await asyncio.sleep(0)
        if self._answer:
            raise self._answer
        return Account(id="anna", name="Anna")

    async def inventory(self) -> Inventory:
        """Return nothing."""
        return Inventory(devices=())


class Telling(Quiet):
    """A vendor whose devices answer as they are told to."""

    def __init__(self, *answers: Any, account: VendorError | None = None) -> None:
        """Take the answer of each device, in the order of the devices."""
        super().__init__(account)
        self._answers = answers

    async def status(self, device: Device) -> Status:
        """Return the state of a device, or fail."""
        await asyncio.sleep(0)
        answer = self._answers[int(device.id)]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Status)
        return answer


def devices(count: int) -> list[Device]:
    """Return so many devices."""
    return [
        Device(id=str(number), label="", kind=DeviceKind.UNIT, name="")
        for number in range(count)
    ]


async def test_all_answer() -> None:
    """Where all answer, nothing fails and nobody asks for the account."""
    vendor = Telling(OK, OK, OK)
    round_ = Round(vendor)
    await round_.read(devices(3))
    assert round_.statuses == {"0": OK, "1": OK, "2": OK}
    assert round_.failures == {}
    assert vendor.asked == 0


async def test_vendor_without_states() -> None:
    """A vendor that reports no states has none to read."""
    round_ = Round(Quiet())
    await round_.read(devices(3))
    assert (round_.statuses, round_.failures) == ({}, {})


@pytest.mark.parametrize(
    "failure",
    [
        DOWN,
        NoRight(),
        NotFound(),
        DeviceUnreachable(),
        AnswerNotUnderstood(),
        OutcomeUnknown(),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_fails(failure: VendorError, place: int) -> None:
    """A device that fails leaves the others alone, wherever it stands."""
    answers: list[Any] = [OK, OK, OK]
    answers[place] = failure
    round_ = Round(Telling(*answers))
    await round_.read(devices(3))
    assert round_.failures == {str(place): failure}
    assert len(round_.statuses) == 2


async def test_foreign_unit() -> None:
    """Credentials refused for one device alone are a lack of right to it: the account still works."""
    vendor = Telling(OK, WrongCredentials(), WrongCredentials())
    round_ = Round(vendor)
    await round_.read(devices(3))
    assert round_.statuses == {"0": OK}
    assert [type(err) for err in round_.failures.values()] == [NoRight, NoRight]
    assert vendor.asked == 1


@pytest.mark.parametrize(
    "account", [WrongCredentials(), DOWN, RateLimited(5), NotFound()]
)
async def test_account_refused(account: VendorError) -> None:
    """Where the account is asked and fails too, that is what counts."""
    round_ = Round(Telling(OK, WrongCredentials(), account=account))
    with pytest.raises(type(account)):
        await round_.read(devices(2))
    assert round_.statuses == {"0": OK}
    assert round_.failures == {}


async def test_outage() -> None:
    """Where nothing answers, and the account does not either, it is an outage and no device's failure."""
    round_ = Round(Telling(DOWN, DOWN, DOWN, account=DOWN))
    with pytest.raises(ServiceUnavailable):
        await round_.read(devices(3))
    assert (round_.statuses, round_.failures) == ({}, {})


async def test_account_is_asked_once() -> None:
    """The account is asked once in a round, however many devices fail and whatever it answers."""
    vendor = Telling(DOWN, DOWN, DOWN, account=DOWN)
    with pytest.raises(ServiceUnavailable):
        await Round(vendor).read(devices(3))
    assert vendor.asked == 1


async def test_all_fail_without_an_outage() -> None:
    """Where no device answers but the account does, it is each device's own failure; the account is asked once."""
    vendor = Telling(DOWN, DOWN, DOWN)
    round_ = Round(vendor)
    await round_.read(devices(3))
    assert round_.failures == {"0": DOWN, "1": DOWN, "2": DOWN}
    assert vendor.asked == 1


async def test_rate_limit() -> None:
    """A rate limit ends the round; what was read until then stays."""
    round_ = Round(Telling(OK, RateLimited(5), OK))
    with pytest.raises(RateLimited):
        await round_.read(devices(3))
    assert round_.statuses["0"] == OK
    assert round_.failures == {}


async def test_own_mistake() -> None:
    """An error that is no vendor's is not taken for one."""
    with pytest.raises(ZeroDivisionError):
        await Round(Telling(OK, ZeroDivisionError())).read(devices(2))


async def test_end_leaves_nothing_behind() -> None:
    """When a round ends early, the readings that are still under way end with it."""
    ended: list[str] = []

    class Waiting(Telling):
        async def status(self, device: Device) -> Status:
            try:
                if device.id == "0":
                    await asyncio.Event().wait()
                return await super().status(device)
            finally:
                ended.append(device.id)

    with pytest.raises(RateLimited):
        await Round(Waiting(OK, RateLimited(None))).read(devices(2))
    assert ended == ["1", "0"]
