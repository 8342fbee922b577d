"""FlexyKey's account: what a user enters, and who that is to the vendor."""

from aiohttp import ClientSession
import pytest

from custom_components.latchkey.vendors.flexykey import SPEC
from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.flexykey.client import PRODUCTION
from custom_components.latchkey.vendors.model import Account
from custom_components.latchkey.vendors.vendor import (
    InvalidField,
    NoRight,
    WrongCredentials,
)
from simulators.flexykey import Address, FlexyKeyCloud
from tests.conftest import PASSWORD


async def test_account(flexykey: FlexyKey) -> None:
    """Who we are is the user's name, whatever its case."""
    assert await flexykey.account() == Account(id="anna", name="Anna")
    assert flexykey.counts["requests"] == 1


async def test_connect(session: ClientSession, address: Address) -> None:
    """What a user enters gives an account; blanks around the name are dropped, in a password they count."""
    fields = {"username": " anna ", "password": PASSWORD, "url": address.url}
    assert (await SPEC.connect(session, fields).account()).id == "anna"
    wrong = SPEC.connect(session, {**fields, "password": f" {PASSWORD}"})
    with pytest.raises(WrongCredentials):
        await wrong.account()


@pytest.mark.parametrize("password", ["", "lösen:ord", "пароль 密碼 €", " \t"])
async def test_passwords(
    session: ClientSession, cloud: FlexyKeyCloud, address: Address, password: str
) -> None:
    """Any password is sent as it is, in UTF-8."""
    cloud.set_user("åsa", password)
    fields = {"username": "åsa", "password": password, "url": address.url}
    assert (await SPEC.connect(session, fields).account()).id == "åsa"


async def test_user_without_the_right(
    session: ClientSession, cloud: FlexyKeyCloud, address: Address
) -> None:
    """A user without the right to the interface is told from a wrong password."""
    cloud.set_user("anna", PASSWORD, api=False)
    fields = {"username": "anna", "password": PASSWORD, "url": address.url}
    with pytest.raises(NoRight):
        await SPEC.connect(session, fields).account()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("username", "", "invalid_username"),
        ("username", "  ", "invalid_username"),
        ("username", "an:na", "invalid_username"),
        ("url", "http://api.flexykey.se/v1/", "insecure_url"),
        ("url", "flexykey", "invalid_url"),
    ],
)
async def test_fields_that_cannot_be_right(
    session: ClientSession, field: str, value: str, reason: str
) -> None:
    """A field that cannot be right is named before anything is sent."""
    fields = {"username": "anna", "password": PASSWORD, "url": PRODUCTION}
    with pytest.raises(InvalidField) as failure:
        SPEC.connect(session, {**fields, field: value})
    assert (failure.value.field, failure.value.reason) == (field, reason)
    assert PASSWORD not in str(failure.value)
