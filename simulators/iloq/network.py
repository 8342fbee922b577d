"""Network modules, the devices on them, and the relays of those."""

from dataclasses import dataclass, field
from datetime import datetime

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record
from simulators.iloq.places import ROOT_ID
from simulators.registry import Registry, new_id

_ACTIVE, _N500, _CONFIRMED = 1, 9, 3


@dataclass(frozen=True)
class Relay:
    """A relay, by which a door is opened for as long as it is on."""

    id: str
    name: str
    number: int
    device_id: str

    def as_json(self) -> Record:
        """Return the relay as answers write it."""
        return {
            "InUse": 1,
            "Name": self.name,
            "NetworkModuleDevice_ID": self.device_id,
            "NetworkModuleDeviceRelay_ID": self.id,
            "RelayNo": self.number,
        }


@dataclass(frozen=True)
class Device:
    """A device on a network module."""

    id: str
    name: str
    module_id: str

    def as_json(self) -> Record:
        """Return the device as answers write it; what the numbers of its type and state mean is not told."""
        return {
            "FProgKey_ID": self.module_id,
            "Name": self.name,
            "NetworkModuleDevice_ID": self.id,
            "SerialNo": self.id[:8].upper(),
            "SoftwareVersion": "1.7.2",
            "StateMask": 0,
            "Type": 0,
        }


@dataclass(frozen=True)
class Module:
    """A network module."""

    id: str
    name: str
    connected: datetime

    def as_json(self, dates: Dates) -> Record:
        """Return the module as answers write it."""
        connected = dates.write(self.connected, "date")
        return {
            "FProgKey_ID": self.id,
            "AdapterNr": "",
            "AdapterVersion": "",
            "AllowedIP": "",
            "AllowedSocketRequest": 2,
            "BoardHotSpot": 0,
            "BoardSettings": "",
            "CalendarDataModifiedDate": connected,
            "CalendarDataReceivedDate": connected,
            "CalendarDataState": _CONFIRMED,
            "Description": self.name,
            "DeviceLimitCount": 4,
            "IPAddress": "192.0.2.10",
            "IPAddressUserDefined": None,
            "KeyId": "1",
            "KeyProgPacketListReceivedDate": None,
            "LicenseMode": 0,
            "LocationPicture_ID": None,
            "LocationPointAttributes": None,
            "LocationPointX": 0.0,
            "LocationPointY": 0.0,
            "OnlineConnectionDate": connected,
            "OnlineKey": None,
            "OnlineMacAddress": "00:00:5E:00:53:01",
            "OnlineSoftwareVersion": "2.4.0",
            "Port": 443,
            "PortUserDefined": None,
            "RealEstate_ID": ROOT_ID,
            "RequestType": 0,
            "RequestTypeInfo": None,
            "State": _ACTIVE,
            "StateMask": _ACTIVE,
            "Type": _N500,
            "Zone_ID": None,
        }


@dataclass
class Network:
    """All network modules of a lock group."""

    modules: Registry[Module] = field(default_factory=Registry)
    devices: Registry[Device] = field(default_factory=Registry)
    relays: Registry[Relay] = field(default_factory=Registry)

    def add_module(self, name: str, at: datetime) -> Module:
        """Add a module."""
        module = Module(new_id(), name, at)
        self.modules[module.id] = module
        return module

    def add_device(self, module: Module, name: str) -> Device:
        """Add a device to a module."""
        device = Device(new_id(), name, module.id)
        self.devices[device.id] = device
        return device

    def add_relay(self, device: Device, name: str) -> Relay:
        """Add a relay to a device."""
        number = len(self.relays_of(device)) + 1
        relay = Relay(new_id(), name, number, device.id)
        self.relays[relay.id] = relay
        return relay

    def devices_of(self, module: Module) -> list[Device]:
        """Return the devices on a module."""
        return [
            device for device in self.devices.values() if device.module_id == module.id
        ]

    def relays_of(self, device: Device) -> list[Relay]:
        """Return the relays of a device."""
        return [relay for relay in self.relays.values() if relay.device_id == device.id]
