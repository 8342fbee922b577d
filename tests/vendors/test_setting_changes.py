"""What a setting may be, and how a change of it is sent (guide 9.3)."""

import math
from typing import Any

import pytest

from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
)
from tests.vendors.scripted import Sent
from tests.vendors.settings_cloud import NUMBER, PUT, ROWS, TARGET, Cloud


@pytest.fixture
def cloud() -> Cloud:
    """Return the cloud."""
    return Cloud()


ENUM = {"type": "enum", "allowed": ["LOW", "HIGH"]}


SWITCH = {"type": "enum", "allowed": ["On", "off"]}


TEXT = {"type": "string", "maxLength": 5}


NAME = "OneName"


@pytest.mark.parametrize(
    ("rule", "raw", "value"),
    [
        (NUMBER, 7, 7),
        (NUMBER, "7", 7),
        (NUMBER, 0, 0),
        *((NUMBER, raw, None) for raw in (None, "", "many")),
        (NUMBER, [], None),
        (NUMBER, True, None),
        *((NUMBER, raw, None) for raw in ("nan", "inf", "1e999")),
        *((NUMBER, raw, None) for raw in (11, -1, 1.5)),
        (ENUM, "LOW", "LOW"),
        *((ENUM, raw, None) for raw in (None, "low", "MEDIUM", 1)),
        (SWITCH, "on", True),
        (SWITCH, "OFF", False),
        *((SWITCH, raw, None) for raw in (None, 1, True, "AUTO")),
        (TEXT, "Hem", "Hem"),
        (TEXT, "", ""),
        (TEXT, 5, "5"),
        (TEXT, "too long", None),
    ],
)
def test_values(cloud: Cloud, rule: Any, raw: Any, value: Any) -> None:
    """A value is read as what it may be set to, and is none where it is something else."""
    cloud.only(NAME, [rule], [raw])
    (setting,) = cloud.settings().values()
    assert setting.value == value
    assert type(setting.value) in (float, str, bool, type(None))


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        (NUMBER, {0: 0, 10.0: 10, 5: 5}, (-1, 11, 1.5, math.nan, math.inf, "5", None)),
        (ENUM, {"LOW": "LOW", "HIGH": "HIGH"}, ("low", "", "MEDIUM", 0, True, None)),
        (SWITCH, {True: "On", False: "off"}, ("On", 1, 0.0, None)),
        (
            TEXT,
            {"": "", "åäö!": "åäö!", "12345": "12345"},
            ("123456", "a\nb", "\x00", "\ud800", "\u202e", 5, True, None),
        ),
    ],
)
def test_changes(cloud: Cloud, rule: Any, allowed: Any, refused: Any) -> None:
    """What the rule allows is sent as the vendor writes it; anything else is refused before a request."""
    cloud.only(NAME, [rule], ["?"])
    (setting,) = cloud.settings().values()
    requests = len(cloud.transport.sent)
    for value in refused:
        with pytest.raises(InvalidField) as failure:
            cloud.change(setting, value)
        assert (failure.value.field, failure.value.reason) == ("value", "not_allowed")
    assert len(cloud.transport.sent) == requests
    for value, raw in allowed.items():
        cloud.change(setting, value)
        assert cloud.put[-1] == {"unitId": 2472, "setting": NAME, "params": [raw]}
        assert type(cloud.put[-1]["params"][0]) is type(raw)


def test_other_parameters_stay(cloud: Cloud) -> None:
    """A change sends the other parameters as the server has them now, those of unknown types too."""
    cloud.only(
        "Many",
        [TARGET, {"type": "colour"}, NUMBER, None, NUMBER],
        ["F1", {"r": [1, None]}, 5, 1.50, "007"],
    )
    setting = cloud.settings()["Many/F1/2"]
    cloud.rows = [
        {"setting": "Many", "params": ["F2", "other", 9, 9, 9]},
        {"setting": "Many", "params": ["F1", {"r": [2, None]}, 6, "x", "008"]},
    ]
    cloud.change(setting, 7)
    assert cloud.put == [
        {
            "unitId": 2472,
            "setting": "Many",
            "params": ["F1", {"r": [2, None]}, 7, "x", "008"],
        }
    ]


def test_setting_that_is_gone(cloud: Cloud) -> None:
    """A setting that the unit no longer has is not made anew."""
    setting = cloud.settings()["WifiMode/0"]
    cloud.rows = cloud.rows[:1]
    with pytest.raises(NotFound):
        cloud.change(setting, False)
    assert cloud.put == []


@pytest.mark.parametrize(
    "error", [InvalidRequest("status 400"), NoRight(), ServiceUnavailable()]
)
def test_refused(cloud: Cloud, error: VendorError) -> None:
    """What the vendor refuses is told, and not read back."""
    cloud.answers[PUT] = error
    with pytest.raises(type(error)):
        cloud.change(cloud.settings()["WifiMode/0"], False)
    assert (len(cloud.put), cloud.transport.count(ROWS)) == (1, 2)


@pytest.mark.parametrize("answer", [OutcomeUnknown("status 502"), b"<html>"])
@pytest.mark.parametrize("done", [True, False])
def test_doubt(cloud: Cloud, answer: Any, done: bool) -> None:
    """A change whose outcome is unknown is read back: once, and without sending it again."""

    def put(sent: Sent) -> Any:
        if done:
            cloud.rows = [{"setting": "DefaultRelayPulse", "params": ["F1", "20"]}]
        return answer

    cloud.answers[PUT] = put
    setting = cloud.settings()["DefaultRelayPulse/F1/1"]
    if done:
        cloud.change(setting, 20)
    else:
        with pytest.raises(OutcomeUnknown):
            cloud.change(setting, 20)
    assert (len(cloud.put), cloud.transport.count(ROWS)) == (1, 3)


@pytest.mark.parametrize(
    "error", [ServiceUnavailable(), AnswerNotUnderstood(), NoRight()]
)
def test_doubt_that_stays(cloud: Cloud, error: VendorError) -> None:
    """A change that cannot be read back stays in doubt: no other error may say that nothing was done."""

    def put(sent: Sent) -> Any:
        cloud.answers[ROWS] = error
        return OutcomeUnknown("status 502")

    cloud.answers[PUT] = put
    setting = cloud.settings()["WifiMode/0"]
    with pytest.raises(OutcomeUnknown):
        cloud.change(setting, False)
