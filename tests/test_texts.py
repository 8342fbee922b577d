"""Texts: every one that the code names exists, in all languages, and obeys Home Assistant's rules."""

import ast
from collections.abc import Set as AbstractSet
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.errors import translated
from custom_components.latchkey.vendors import VENDORS
from custom_components.latchkey.vendors.vendor import (
    ChoiceNeeded,
    Impossible,
    Obstacle,
    RateLimited,
    Refused,
    VendorError,
)
from simulators.flexykey import generate_unit
from tests.flows import begin, choose, open_options
from tests.house import House, doors
from tests.sources import PACKAGE, modules, parsed
from tests.texts import (
    AT_LOCKERS,
    AT_SMART_LOCKS,
    BEHIND_GATEWAYS,
    IN_ACCESS_SYSTEMS,
    IN_LOCKING_SYSTEMS,
    LANGUAGES,
    calls,
    constant,
    flat,
    keywords,
    name_of,
    placeholders,
    raised,
    translations,
    words_in_code,
)

EN = translations("en")


def test_languages() -> None:
    """The integration speaks English and Swedish at least."""
    assert {"en", "sv"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_texts_in_all_languages(language: str) -> None:
    """Every language has the texts of English, with the same placeholders."""
    english, other = dict(flat(EN)), dict(flat(translations(language)))
    assert other.keys() == english.keys()
    differing = {
        path
        for path, text in english.items()
        if placeholders(other[path]) != placeholders(text)
    }
    assert differing == set()


def breaks_a_rule(text: str) -> bool:
    """Return whether a text holds an address, HTML, blanks at its edges, a quoted placeholder or half of one."""
    return (
        not text
        or text != text.strip()
        or re.search(r"https?:|www\.|<[a-zA-Z/!]|'\{\w+\}'", text) is not None
        or not {"{", "}"}.isdisjoint(re.sub(r"\{\w+\}", "", text))
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_for_texts(language: str) -> None:
    """Every text obeys the rules of Home Assistant's own check."""
    texts = dict(flat(translations(language)))
    assert len(texts) > 50
    assert {path for path, text in texts.items() if breaks_a_rule(text)} == set()


@pytest.mark.parametrize(
    "text",
    [
        *("", " Name", "Name ", "Name\n", "See https://example.com", "www.example.com"),
        *("A <b>bold</b> one", "Broken<br/>", "The '{name}'", "{name", "name}", "{}"),
        *("{two words}", "{a.b}"),
    ],
)
def test_rules_are_noticed(text: str) -> None:
    """A text that breaks a rule is noticed."""
    assert breaks_a_rule(text)


@pytest.mark.parametrize(
    "text", ["Name", "{name}: gone.", "It's {name}'s.", "1 < 2", "{a} {b}"]
)
def test_rules_allow(text: str) -> None:
    """A text that breaks none is not taken for one that does."""
    assert not breaks_a_rule(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_for_keys(language: str) -> None:
    """Keys are of small letters, digits, and single hyphens and underscores within."""
    key = re.compile(r"(?!.+[_-]{2})(?![_-])[a-z0-9-_]+(?<![_-])")
    strange = {
        part
        for path, _ in flat(translations(language))
        for part in path.split(".")
        if not key.fullmatch(part)
    }
    assert strange == set()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_home_assistant_loads_them(
    hass: HomeAssistant, enable_custom_integrations: None, language: str
) -> None:
    """Home Assistant loads the texts of each language, none from another one."""
    loaded = await async_get_translations(hass, language, "exceptions", [DOMAIN])
    text = translations(language)["exceptions"]["outcome_unknown"]["message"]
    assert loaded[f"component.{DOMAIN}.exceptions.outcome_unknown.message"] == text


def every_error(base: type[VendorError] = VendorError) -> list[type[VendorError]]:
    """Return all ways in which a vendor can fail."""
    return [
        error
        for direct in base.__subclasses__()
        for error in (direct, *every_error(direct))
    ]


FAILURES = [
    *(RateLimited(seconds) for seconds in (None, 41.6)),
    ChoiceNeeded("lock_group", {}),
    *map(Impossible, Obstacle),
    *(
        Refused(reason=reason)
        for reason in ("locked_out", "password_expired", "single_sign_on")
    ),
    *(
        error("detail")
        for error in every_error()
        if error not in (ChoiceNeeded, Impossible, RateLimited)
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_vendor_errors(failure: VendorError, language: str) -> None:
    """Each failure of a vendor has a text in which everything is filled in."""
    error = translated(failure, HomeAssistantError, "Grind")
    assert error.translation_domain == DOMAIN
    assert error.translation_key is not None
    text = translations(language)["exceptions"][error.translation_key]["message"]
    filled = text.format(**(error.translation_placeholders or {}))
    assert "Grind" in filled
    assert ("42" in filled) is (failure is FAILURES[1])


def test_raised_errors() -> None:
    """Each error that the code raises by its key has a text, for which all is filled in that it needs."""
    keys = dict(flat(EN["exceptions"]))
    found = list(raised())
    assert {"already_opening", "invalid_duration"} <= {key for key, _ in found}
    for key, filled in found:
        assert f"{key}.message" in keys
        assert placeholders(keys[f"{key}.message"]) <= filled


def test_no_text_is_dead() -> None:
    """Each error that has a text is raised somewhere: its key stands in the code, if in parts."""
    words = words_in_code()
    dead = {
        key
        for key in EN["exceptions"]
        if key not in words
        and not any(key.startswith(word) and word.endswith("_") for word in words)
    }
    assert dead == set()


def flow_keys(file: str) -> dict[str, set[str]]:
    """Return the errors and the reasons to end that a flow's code names."""
    errors: set[str] = set()
    reasons: set[str] = set()
    tree = parsed(PACKAGE / file)
    for call in calls(tree):
        if name_of(call).startswith(("async_abort", "_abort")):
            reasons |= {constant(keywords(call).get("reason")) or ""} - {""}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id="errors"))], value=value
            ) if key := constant(value):
                errors.add(key)
            case ast.AnnAssign(target=ast.Name(id="_ERRORS"), value=ast.Dict() as told):
                errors |= {key for value in told.values if (key := constant(value))}
    return {"error": errors, "abort": reasons}


def vendor_reasons() -> set[str]:
    """Return for what reasons a vendor refuses a field of the account form."""
    return {
        reason
        for path in modules(PACKAGE / "vendors")
        for call in calls(parsed(path))
        if name_of(call) == "InvalidField"
        and len(call.args) == 2
        and (reason := constant(call.args[1]))
    }


def test_flow_errors() -> None:
    """Whatever a flow says has a text; a vendor's reason to refuse a field has one for the form or for an action."""
    found = flow_keys("config_flow.py")
    assert found["error"] and found["abort"]
    assert found["error"] <= EN["config"]["error"].keys()
    assert found["abort"] <= EN["config"]["abort"].keys()
    options = flow_keys("options_flow.py")
    assert options["abort"] and options["abort"] <= EN["options"]["abort"].keys()
    reasons = vendor_reasons()
    assert reasons
    assert reasons <= EN["config"]["error"].keys() | EN["exceptions"].keys()
    for reason in ("already_configured", "reauth_successful", "reconfigure_successful"):
        assert reason in EN["config"]["abort"]


def fields(form: Any) -> set[str]:
    """Return the names of a form's fields."""
    return {str(marker.schema) for marker in form["data_schema"].schema}


def assert_described(
    kind: str,
    form: Any,
    *,
    exactly: bool = False,
    elsewhere: AbstractSet[str] = frozenset(),
) -> None:
    """Assert that a form's fields have a name and a description each, those too that are in other accounts' forms."""
    step = EN[kind]["step"][form["step_id"]]
    assert step["title"]
    assert fields(form) <= step["data"].keys() == step["data_description"].keys()
    assert not exactly or fields(form) == step["data"].keys() - elsewhere
    told = placeholders(step.get("description", ""))
    assert told <= (form["description_placeholders"] or {}).keys()


async def test_forms(house: House) -> None:
    """Each field of each form has a name and a description, and each vendor a line in the menu."""
    await house.start()
    hass, entry = house.hass, house.entry
    assert EN["config"]["step"]["user"]["menu_options"].keys() == set(VENDORS)
    assert_described("config", await begin(hass), exactly=True)
    assert_described("config", await entry.start_reauth_flow(hass))
    assert_described("config", await entry.start_reconfigure_flow(hass))
    form = await open_options(house)
    assert_described("options", form, exactly=True, elsewhere={"key_sensors"})
    form = await choose(house, form, poll_interval=30, doors=["99998/F1"])
    assert_described("options", form, exactly=True)


async def test_entities(called: House) -> None:
    """Each entity that the vendor's user gave no name is called by a text, and no text is left over."""
    house = called
    unit = generate_unit(500)
    for terminal in (*unit["relays"], *unit["inputs"]):
        terminal["description"] = ""
    unit["unitInfo"] = unit["unitInfo"].replace("RssiW=0", "RssiW=-62")
    house.cloud.add_unit(unit)
    house.cloud.set_sensors(500, {"T1": 21.5, "P1": 1012.0, "H1": 40.0, "B1": 93.0})
    house.cloud.set_counters(500, {"C1": 7})
    await house.start(**doors("500/F1"))
    keeper = house.entry.runtime_data.readings
    await keeper.async_request(house.entry.runtime_data.data.devices["500"])
    await house.wait(10)
    used = {
        (entity.domain, entity.translation_key)
        for entity in er.async_entries_for_config_entry(
            er.async_get(house.hass), house.entry.entry_id
        )
        # The vendor names its settings itself.
        if not entity.unique_id.startswith("setting/")
    }
    assert (
        used
        == {
            (platform, key) for platform, texts in EN["entity"].items() for key in texts
        }
        - BEHIND_GATEWAYS
        - AT_LOCKERS
        - AT_SMART_LOCKS
        - IN_LOCKING_SYSTEMS
        - IN_ACCESS_SYSTEMS
    )
    for state in house.hass.states.async_all():
        assert "{" not in state.name


def test_devices() -> None:
    """Each kind of device that the vendor's user gave no name is called by a text."""
    for kind, texts in EN["device"].items():
        assert kind
        assert placeholders(texts["name"]) <= {"label", "account", "vendor"}
