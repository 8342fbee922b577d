"""A unit's settings: what there is to be changed, and what is hidden (guide 9)."""

import math
from typing import Any

from hypothesis import given
import pytest

from custom_components.latchkey.vendors.settings import Setting, SettingKind
from custom_components.latchkey.vendors.vendor import (
    InvalidField,
    NotFound,
    VendorError,
)
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import unit
from tests.vendors.helpers import run
from tests.vendors.scripted import offline
from tests.vendors.settings_cloud import (
    DEFINITIONS,
    NUMBER,
    PULSE,
    PUT,
    ROWS,
    TARGET,
    Cloud,
)
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated, outcome


@pytest.fixture
def cloud() -> Cloud:
    """Return the cloud."""
    return Cloud()


def test_definitions_are_kept_for_an_hour(cloud: Cloud) -> None:
    """Definitions are read once an hour, the values each time."""
    for seconds, reads in ((0, 1), (3599, 1), (1, 2), (-1, 3)):
        cloud.clock.move(seconds)
        assert len(cloud.settings()) == 2
        assert cloud.transport.count(DEFINITIONS) == reads
    assert cloud.transport.count(ROWS) == 4


@pytest.mark.parametrize(
    ("rules", "params"),
    [
        ([TARGET, PULSE], ["F1"]),
        ([TARGET, PULSE], ["F1", 15, 16]),
        ([TARGET, PULSE], "F1"),
        ([TARGET, PULSE], None),
        ([TARGET, PULSE], {"F1": 15}),
        ([], []),
        (None, []),
        ({"type": "integer"}, [1]),
        ([TARGET], ["F1"]),
        ([{"type": "colour"}], ["red"]),
        ([None, 7, {}, {"type": []}], [1, 2, 3, 4]),
        ([{"type": "enum", "allowed": "ON"}], ["ON"]),
        ([{"type": "enum", "allowed": []}], ["ON"]),
        ([{"type": "enum"}], ["ON"]),
        ([{"type": "integer", "min": 5, "max": 5}], [5]),
        ([{"type": "integer", "min": 6, "max": 5}], [5]),
        ([{"type": "integer"}], [5]),
    ],
)
def test_nothing_to_set(cloud: Cloud, rules: Any, params: Any) -> None:
    """A row that does not fit its definition, or has nothing that can be entered, is no setting; others stay."""
    definitions, rows = cloud.definitions, cloud.rows
    cloud.only("Other", rules, params)
    cloud.definitions += definitions
    cloud.rows += [
        *rows,
        {"setting": "Undefined", "params": [1]},
        None,
        {"params": [1]},
    ]
    assert cloud.settings().keys() == {"DefaultRelayPulse/F1/1", "WifiMode/0"}


@pytest.mark.parametrize("rule", [{"type": "text"}, NUMBER])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "WifiPassword",
            "WIFI_PASSWORD",
            "wifi-psk",
            "Wifi Passphrase",
            "ApnPwd",
            "AdminPIN",
            "PINCode",
        ),
        *(
            "pin",
            "UserPin2",
            "api_token",
            "HTTPSecret",
            "PINcode",
            "Pincode",
            "WIFIPASSWORD",
            "wifipassword",
        ),
        *("APNpassword", "Passcode", "PasswordLabel", "Lösenord", "KODNAMN"),
    ],
)
def test_secrets(cloud: Cloud, name: str, rule: Any) -> None:
    """A setting whose name tells of a password or a PIN is not there, and cannot be changed."""
    check_hidden(cloud, name, rule)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "ownPhoneOrID",
            "PhoneList",
            "SMSNumber",
            "SmsNumber1",
            "Telephone",
            "Phones",
            "Tel",
            "PHONENAME",
        ),
        *("SmsName", "TelLabel", "NumberName", "telefonnamn", "Nummer"),
    ],
)
def test_phone_numbers(cloud: Cloud, name: str) -> None:
    """A text whose name tells of a phone number is not there."""
    check_hidden(cloud, name, {"type": "text"})


def check_hidden(cloud: Cloud, name: str, rule: Any) -> None:
    """Check that a setting is hidden, and not changed by who knows of it."""
    cloud.only(name, [rule], ["5"])
    assert cloud.settings() == {}
    with pytest.raises(NotFound):
        cloud.change(
            Setting(id=f"{name}/0", kind=SettingKind.TEXT, name="It", value=""), "7"
        )
    assert cloud.put == []


def test_secret_by_its_description(cloud: Cloud) -> None:
    """A description tells of a secret, too."""
    cloud.only("P17Name", [{"type": "text"}], ["hemligt"])
    cloud.definitions[0]["description"] = "Admin password."
    assert cloud.settings() == {}


@pytest.mark.parametrize("name", ["WifiName", "WIFINAME", "DoorLabel", "Wifinamn"])
def test_texts(cloud: Cloud, name: str) -> None:
    """Names are texts that are shown."""
    cloud.only(name, [{"type": "text"}], ["min Router"])
    assert [each.value for each in cloud.settings().values()] == ["min Router"]


def test_names(cloud: Cloud) -> None:
    """A setting is named by its description and target, and by its place where there are several."""
    cloud.only("Two", [TARGET, NUMBER, {**NUMBER, "max": 20}], ["X5", 1, 2])
    cloud.definitions[0]["description"] = "Two times. "
    assert {key: each.name for key, each in cloud.settings().items()} == {
        "Two/X5/1": "Two times X5 1",
        "Two/X5/2": "Two times X5 2",
    }
    cloud.definitions[0]["description"] = None
    cloud.clock.move(3600)
    assert [each.name for each in cloud.settings().values()] == ["Two X5 1", "Two X5 2"]


def test_names_of_alike(cloud: Cloud) -> None:
    """Two parameters of the same rule have two names."""
    cloud.only("Two", [NUMBER, dict(NUMBER)], [1, 2])
    assert [each.name for each in cloud.settings().values()] == ["It 1", "It 2"]


def test_targets_in_other_letters(cloud: Cloud) -> None:
    """A target is one however its type is written: two rows for two relays are two settings."""
    cloud.only("Pulse", [{**TARGET, "type": "Target"}, NUMBER], ["F1", 1])
    cloud.rows += [{"setting": "Pulse", "params": ["F2", 2]}]
    assert {each.value for each in cloud.settings().values()} == {1, 2}


def check(each: Setting) -> None:
    """Check that a setting is one that can be shown."""
    assert math.isfinite(each.minimum)
    assert math.isfinite(each.maximum)
    assert each.longest >= 0
    assert isinstance(each.value, str | bool | float | None)
    assert not isinstance(each.value, float) or math.isfinite(each.value)


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "integer", "min": 0, "max": "inf"},
        {"type": "integer", "min": "-inf", "max": 0},
        {"type": "integer", "min": "nan", "max": "nan"},
        {"type": "text", "maxLength": -1},
    ],
)
def test_strange_rules(cloud: Cloud, rule: Any) -> None:
    """A rule without sense makes no setting, or one that can be shown."""
    cloud.only("OneName", [rule], ["1"])
    for each in cloud.settings().values():
        check(each)


@given(
    mutated(GUIDE["setting_definitions"]) | HOSTILE,
    mutated(GUIDE["settings"]) | HOSTILE,
)
def test_spoilt(definitions: Any, rows: Any) -> None:
    """Definitions and rows may be spoilt anywhere; what is left can be shown and changed, in a body of its form."""
    account, transport = offline({DEFINITIONS: definitions, ROWS: rows, PUT: None})
    found = outcome(account.settings(unit(2472)))
    for each in [] if isinstance(found, VendorError) else found:
        check(each)
        values: dict[SettingKind, float | str | bool] = {
            SettingKind.NUMBER: each.minimum,
            SettingKind.SELECT: (*each.options, "")[0],
            SettingKind.SWITCH: True,
            SettingKind.TEXT: "",
        }
        try:
            run(account.change_setting(unit(2472), each, values[each.kind]))
        except InvalidField:
            assert not float(each.minimum).is_integer()
            continue
        sent = transport.sent[-1]
        assert sent.body.keys() == {"unitId", "setting", "params"}
        assert sent.body["unitId"] == 2472
