"""The options in which a user says what the words of locks mean."""

from typing import Any

from homeassistant.components.lock import LockState
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import STATE_UNKNOWN
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.keyvox.lock_home import WORDS, LockHome
from tests.test_texts import assert_described


async def open_words(locks: LockHome) -> ConfigFlowResult:
    """Open the options, and go on to those of the locks."""
    flows = locks.hass.config_entries.options
    form = await flows.async_init(locks.entry.entry_id)
    assert form["step_id"] == "init"
    form = await flows.async_configure(form["flow_id"], {"poll_interval": 180})
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "locks")
    return form


async def say(
    locks: LockHome, form: ConfigFlowResult, **words: str
) -> ConfigFlowResult:
    """Submit the form, and let the account be set up anew."""
    flows = locks.hass.config_entries.options
    result = await flows.async_configure(form["flow_id"], words)
    await locks.settle()
    return result


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form holds."""
    assert form["data_schema"] is not None
    return {
        str(marker): marker.description["suggested_value"]
        for marker in form["data_schema"].schema
    }


async def test_words_are_taken(locks: LockHome) -> None:
    """What the user says is kept, shown again, and makes a state of a word at once; emptied, it is gone."""
    await locks.start()
    assert locks.state() == STATE_UNKNOWN
    form = await open_words(locks)
    assert_described("options", form, exactly=True)
    assert suggested(form) == {"locked_words": "", "unlocked_words": ""}
    result = await say(locks, form, locked_words=" 0, ０,Shut ,", unlocked_words="1、2")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert locks.entry.options["locked_words"] == ["０", "Shut"]
    assert locks.entry.options["unlocked_words"] == ["1", "2"]
    assert locks.state() == LockState.LOCKED
    form = await open_words(locks)
    assert suggested(form) == {"locked_words": "０, Shut", "unlocked_words": "1, 2"}
    await say(locks, form, unlocked_words="1")
    assert locks.entry.options["locked_words"] == []
    assert locks.state() == STATE_UNKNOWN


@pytest.mark.parametrize("both", ["0", "０", " 0 ", "1, 0"])
async def test_word_in_both_lists(locks: LockHome, both: str) -> None:
    """A word that is said to mean both is refused; what was entered stays, and nothing is changed."""
    await locks.start(**WORDS)
    form = await open_words(locks)
    form = await say(locks, form, locked_words="0", unlocked_words=both)
    assert form["errors"] == {"unlocked_words": "in_both_lists"}
    assert suggested(form)["locked_words"] == "0"
    assert locks.entry.options == WORDS
    result = await say(locks, form, locked_words="0", unlocked_words="1")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    options = locks.entry.options
    assert options == {**options, "poll_interval": 180, "doors": {}, **WORDS}
