"""What Home Assistant and HACS read beside the code: the manifest, the actions, the icons, the quality scale."""

import json
import re
from typing import Any

from awesomeversion import AwesomeVersion
from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import validate_selector
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.loader import async_get_custom_components, async_get_integration
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.vendors import VENDORS
from custom_components.latchkey.vendors.vendor import FieldKind
from tests.sources import PACKAGE, ROOT
from tests.texts import translations

EN = translations("en")
ICONS = json.loads((PACKAGE / "icons.json").read_text("utf-8"))

RULES = {
    # Bronze
    *("action-setup", "appropriate-polling", "brands", "common-modules"),
    *("config-flow-test-coverage", "config-flow", "dependency-transparency"),
    *("docs-actions", "docs-conditions", "docs-high-level-description"),
    *("docs-installation-instructions", "docs-removal-instructions", "docs-triggers"),
    *("entity-event-setup", "entity-unique-id", "has-entity-name", "runtime-data"),
    *("test-before-configure", "test-before-setup", "unique-config-entry"),
    # Silver
    *("action-exceptions", "config-entry-unloading", "docs-configuration-parameters"),
    *("docs-installation-parameters", "entity-unavailable", "integration-owner"),
    *("log-when-unavailable", "parallel-updates", "reauthentication-flow"),
    "test-coverage",
    # Gold
    *("devices", "diagnostics", "discovery-update-info", "discovery"),
    *("docs-data-update", "docs-examples", "docs-known-limitations"),
    *("docs-supported-devices", "docs-supported-functions", "docs-troubleshooting"),
    *("docs-use-cases", "dynamic-devices", "entity-category", "entity-device-class"),
    *("entity-disabled-by-default", "entity-translations", "exception-translations"),
    *("icon-translations", "reconfiguration-flow", "repair-issues", "stale-devices"),
    # Platinum
    *("async-dependency", "inject-websession", "strict-typing"),
}


def actions() -> dict[str, Any]:
    """Return the actions as their file describes them."""
    return load_yaml_dict(str(PACKAGE / "services.yaml"))


def fields_and_sections(described: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Return an action's fields, those in sections too, and its sections."""
    fields: set[str] = set()
    sections: set[str] = set()
    for key, field in described.get("fields", {}).items():
        if "fields" in field:
            sections.add(key)
            fields |= field["fields"].keys()
        else:
            fields.add(key)
    return fields, sections


def test_manifest() -> None:
    """The manifest has what a custom integration needs, in the order that Home Assistant's own check wants."""
    manifest = json.loads((PACKAGE / "manifest.json").read_text("utf-8"))
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]
    assert manifest["domain"] == DOMAIN == PACKAGE.name
    assert AwesomeVersion(manifest["version"]).valid
    assert manifest["config_flow"] is True
    assert manifest["integration_type"] == "hub"
    assert manifest["iot_class"] in {"cloud_polling", "cloud_push"}
    assert manifest["codeowners"]
    assert all(owner.startswith("@") for owner in manifest["codeowners"])
    for key in ("documentation", "issue_tracker"):
        assert manifest[key].startswith("https://")


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_loader(hass: HomeAssistant) -> None:
    """Home Assistant loads the integration, and finds what the manifest says."""
    assert DOMAIN in await async_get_custom_components(hass)
    integration = await async_get_integration(hass, DOMAIN)
    assert not integration.is_built_in
    assert integration.version
    assert integration.has_services
    assert integration.has_translations
    assert integration.iot_class


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_actions(hass: HomeAssistant) -> None:
    """Each registered action is described, and each of its fields can be entered."""
    assert await async_setup_component(hass, DOMAIN, {})
    registered = hass.services.async_services_for_domain(DOMAIN)
    described = (await async_get_all_descriptions(hass))[DOMAIN]
    assert set(registered) == set(described) == set(actions())
    for description in described.values():
        assert description["fields"] is not None
        for field in description["fields"].values():
            inner = field["fields"].values() if "fields" in field else [field]
            for one in inner:
                validate_selector(one["selector"])


@pytest.mark.parametrize("action", sorted(actions()))
def test_texts_and_icon_of_an_action(action: str) -> None:
    """An action, its sections and its fields have texts, and it has an icon."""
    fields, sections = fields_and_sections(actions()[action])
    texts = EN["services"][action]
    assert texts["name"] and texts["description"]
    assert texts.get("fields", {}).keys() == fields
    assert all(
        field["name"] and field["description"] for field in texts["fields"].values()
    )
    assert texts.get("sections", {}).keys() == sections
    icons = ICONS["services"][action]
    assert icons["service"]
    assert icons.get("sections", {}).keys() <= sections


def test_no_texts_of_other_actions() -> None:
    """Nothing is said of actions that do not exist."""
    assert EN["services"].keys() == ICONS["services"].keys() == set(actions())


def test_texts_of_choices() -> None:
    """What a field lets one choose from has a text for each choice."""
    found = set()
    for action in actions().values():
        fields = action.get("fields", {})
        for field in [
            *fields.values(),
            *(
                inner
                for outer in fields.values()
                for inner in outer.get("fields", {}).values()
            ),
        ]:
            choice = (field.get("selector") or {}).get("select") or {}
            if key := choice.get("translation_key"):
                found.add(key)
                assert EN["selector"][key]["options"].keys() == set(choice["options"])
    forms = {
        field.key
        for spec in VENDORS.values()
        for field in spec.fields
        if field.kind is FieldKind.SELECT
    }
    for spec in VENDORS.values():
        for field in spec.fields:
            if field.kind is FieldKind.SELECT:
                options = EN["selector"][field.key]["options"]
                assert options.keys() == set(field.options)
    assert found | forms == EN.get("selector", {}).keys()


def test_icons() -> None:
    """Each icon is an icon's name, and belongs to an entity that there is."""

    def names(value: Any) -> list[str]:
        return (
            [value]
            if isinstance(value, str)
            else [name for inner in value.values() for name in names(inner)]
        )

    found = names(ICONS)
    assert found
    assert [name for name in found if not re.fullmatch(r"mdi:[a-z0-9-]+", name)] == []
    for platform, entities in ICONS["entity"].items():
        assert entities.keys() <= EN["entity"][platform].keys()


def test_quality_scale() -> None:
    """Each rule of the quality scale is judged, and each exemption explained."""
    rules = load_yaml_dict(str(PACKAGE / "quality_scale.yaml"))["rules"]
    assert len(RULES) == 54
    assert set(rules) == RULES
    for rule in rules.values():
        status = rule if isinstance(rule, str) else rule["status"]
        assert status in {"done", "todo", "exempt"}
        assert status != "exempt" or rule["comment"].strip()


def test_hacs() -> None:
    """HACS finds keys that it knows, and a version of Home Assistant that these tests run on."""
    hacs = json.loads((ROOT / "hacs.json").read_text("utf-8"))
    assert hacs["name"]
    assert set(hacs) <= {
        *("name", "content_in_root", "zip_release", "filename", "hide_default_branch"),
        *("country", "homeassistant", "hacs", "persistent_directory", "render_readme"),
    }
    assert AwesomeVersion(hacs["homeassistant"]) <= AwesomeVersion(__version__)
    folders = [path for path in PACKAGE.parent.iterdir() if path.is_dir()]
    assert [path for path in folders if not path.name.startswith("__")] == [PACKAGE]


@pytest.mark.parametrize("name", ["icon", "icon@2x", "logo", "logo@2x"])
def test_brand(name: str) -> None:
    """The brand images are there, as PNG."""
    image = (PACKAGE / "brand" / f"{name}.png").read_bytes()
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
