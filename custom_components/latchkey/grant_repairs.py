"""The repairs about grants, which everyone may read: they name doors and ids, neither guests nor codes."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .ledger import Ledger, Record
from .vendors.grants import GrantState


class GrantRepairs:
    """Tells which doors did not get what was granted or taken back, and which doubts nobody but the user can end."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        ledger: Ledger,
        *,
        asks_for_codes: bool,
    ) -> None:
        """Initialize with the grants, and with whether a doubt ends by a repetition alone."""
        self._hass = hass
        self._ledger = ledger
        self._asks_for_codes = asks_for_codes
        self._prefix = f"delivery_failed_{entry_id}_"
        self._doubts = f"grant_in_doubt_{entry_id}_"

    @callback
    def async_show(self) -> None:
        """Raise what is amiss now, one for each door and kind; delete the rest."""
        now = dt_util.utcnow()
        failed = {
            f"{self._prefix}{record.fault}_{record.access_id}": record
            for record in self._ledger.records.values()
            if record.fault is not None
            and not record.is_gone
            and record.state_at(now) is not GrantState.EXPIRED
            # Past all of its times it opens nothing, whatever the door has of it.
            and (record.latest is None or record.latest > now)
        }
        doubts = {
            f"{self._doubts}{record.grant_id}": record
            for record in self._ledger.records.values()
            if self._asks_for_codes
            and record.state is GrantState.UNKNOWN
            and (record.is_unseen or record.wanted is not None)
        }
        for domain, issue_id in list(ir.async_get(self._hass).issues):
            if (
                domain == DOMAIN
                and issue_id.startswith((self._prefix, self._doubts))
                and issue_id not in failed.keys() | doubts.keys()
            ):
                ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        for issue_id, record in failed.items():
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=f"delivery_failed_{record.fault}",
                translation_placeholders={"name": _name(record)},
            )
        for issue_id, record in doubts.items():
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key="grant_in_doubt"
                if record.is_unseen
                else "change_in_doubt",
                translation_placeholders={
                    "name": record.access_name,
                    "grant_id": record.grant_id,
                },
            )


def _name(record: Record) -> str:
    """Return what did not get it: what it opens, and in which systems, by the vendor's word for the reason."""
    failed = [f"{system}: {reason}" for system, reason in record.failed_at.items()]
    return (
        f"{record.access_name} ({', '.join(failed)})" if failed else record.access_name
    )
