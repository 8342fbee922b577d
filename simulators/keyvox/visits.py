"""The part of the cloud that is the site: devices are fitted, people come to doors and boxes."""

from collections.abc import Iterable, Sequence
from typing import Any

from simulators.errors import Invalid
from simulators.keyvox.credentials import Kind
from simulators.keyvox.devices import Decision
from simulators.keyvox.devices_cloud import DevicesCloud
from simulators.keyvox.history import Action, Means, Visit
from simulators.keyvox.ids import new_device_id
from simulators.keyvox.lockers import Locker
from simulators.keyvox.locks import PIN_TYPES, Lock
from simulators.keyvox.places import PLACE_TYPES, Plan, Site, Unit

_MEANS: dict[Kind, Means] = {"pin": Means.PIN, "card": Means.CARD}


class VisitedCloud(DevicesCloud):
    """A cloud whose devices can be visited."""

    def add_site(self, name: str, type: str = "hotel", **fields: str) -> Site:
        """Add a place."""
        if type not in PLACE_TYPES:
            raise Invalid(f"a type is one of {', '.join(PLACE_TYPES)}")
        site = Site(name, type, **fields)
        self.sites[site.id] = site
        return site

    def add_unit(
        self,
        name: str,
        site_id: str,
        lock_ids: Sequence[str] = (),
        type: str | None = None,
    ) -> Unit:
        """Add a unit with these locks."""
        unit = Unit(
            name,
            self.sites[site_id].id,
            [self.locks[lock_id].id for lock_id in lock_ids],
            type,
        )
        self.units[unit.id] = unit
        return unit

    def add_plan(self, name: str, site_id: str) -> Plan:
        """Add a plan of a place."""
        plan = Plan(name, self.sites[site_id].id)
        self.plans[plan.id] = plan
        return plan

    def add_lock(self, name: str, **fields: Any) -> Lock:
        """Add a lock, which reports by itself from now on."""
        now = self.settle()
        lock = Lock(new_device_id(), name, **fields)
        if lock.pin_type not in PIN_TYPES:
            raise Invalid(f"pin_type is one of {', '.join(PIN_TYPES)}")
        lock.tell(now)
        self.locks[lock.id] = lock
        self._plan_report(lock, now)
        return lock

    def add_locker(self, name: str, sizes: Iterable[str] = "112233") -> Locker:
        """Add a locker with boxes of these sizes."""
        locker = Locker(new_device_id(), name)
        locker.add_boxes(sizes)
        self.lockers[locker.id] = locker
        return locker

    def set_connection(
        self, device_id: str, online: bool | None = None, seconds: float | None = None
    ) -> None:
        """Make a lock or a locker slow, or cut its connection."""
        now = self.settle()
        device = self.device(device_id)
        if seconds is not None:
            device.set_seconds(seconds)
        if online is not None:
            self._connect(device, online, now)

    def set_batteries(self, lock_id: str, **percent: int) -> None:
        """Run a lock's batteries down, or charge them; it says so when it next reports."""
        self.settle()
        self.locks[lock_id].set_batteries(**percent)

    def set_box(self, locker_id: str, box_num: str, faulty: bool) -> None:
        """Break a box, or mend it."""
        self.lockers[locker_id].box(box_num).faulty = faulty

    def type_pin(self, device_id: str, code: str) -> Decision:
        """Have somebody type a PIN at a lock or a locker, which decides by itself."""
        return self._try(device_id, "pin", code)

    def hold_card(self, device_id: str, card_id: str) -> Decision:
        """Have somebody hold a card at a lock or a locker, which decides by itself."""
        return self._try(device_id, "card", card_id)

    def press_button(self, lock_id: str, action: Action = "unlock") -> None:
        """Have somebody press the button on a lock."""
        self._handle(lock_id, action, Means.BUTTON)

    def turn_knob(self, lock_id: str, action: Action = "unlock") -> None:
        """Have somebody turn the knob of a lock."""
        self._handle(lock_id, action, Means.KNOB)

    def use_app(self, lock_id: str, user: str, action: Action = "unlock") -> None:
        """Have somebody lock or unlock by the vendor's application."""
        self._handle(lock_id, action, Means.APP, user)

    def link(self, lock_id: str) -> None:
        """Have a lock tell that it is connected, of which webhooks alone hear."""
        now = self.settle()
        lock = self.locks[lock_id]
        self._note(lock, "link", now, Visit(Means.APP))
        self.settle()

    def _handle(
        self, lock_id: str, action: Action, means: Means, user: str = ""
    ) -> None:
        """Have somebody lock or unlock who needs no permission."""
        now = self.settle()
        if action not in ("unlock", "lock"):
            raise Invalid("action is unlock or lock")
        self._turn(self.locks[lock_id], action, now, Visit(means, user))
        self.settle()

    def _try(self, device_id: str, kind: Kind, code: str) -> Decision:
        """Have somebody try a PIN or a card; the history tells of those who came in alone."""
        now = self.settle()
        device = self.device(device_id)
        decision = device.decide(kind, code, now)
        if decision.granted and decision.held:
            held = decision.held
            visit = Visit(_MEANS[kind], held.holder, code if kind == "pin" else None)
            if isinstance(device, Lock):
                self._turn(device, "unlock", now, visit)
            elif isinstance(device, Locker):
                device.open_by(held)
                self._note(device, "unlock", now, visit)
            if held.once:
                del device.memory[held.credential_id]
        self.settle()
        return decision
