"""Network modules, their devices and relays."""

from simulators.iloq.api.call import Call, Handlers


def list_modules(call: Call) -> object:
    """List all modules."""
    return [
        module.as_json(call.dates) for module in call.group.network.modules.values()
    ]


def get_module(call: Call) -> object:
    """Return one module."""
    return call.find(call.group.network.modules).as_json(call.dates)


def list_devices(call: Call) -> object:
    """List the devices on all modules."""
    return [device.as_json() for device in call.group.network.devices.values()]


def get_device(call: Call) -> object:
    """Return one device."""
    return call.find(call.group.network.devices).as_json()


def devices_of_module(call: Call) -> object:
    """List the devices on a module."""
    network = call.group.network
    return [
        device.as_json() for device in network.devices_of(call.find(network.modules))
    ]


def relays_of_device(call: Call) -> object:
    """List the relays of a device."""
    network = call.group.network
    return [relay.as_json() for relay in network.relays_of(call.find(network.devices))]


def relays_of_module(call: Call) -> object:
    """List the relays of all devices on a module."""
    network = call.group.network
    return [
        relay.as_json()
        for device in network.devices_of(call.find(network.modules))
        for relay in network.relays_of(device)
    ]


def get_relay(call: Call) -> object:
    """Return one relay."""
    return call.find(call.group.network.relays).as_json()


HANDLERS: Handlers = {
    "GET NetworkModules": list_modules,
    "GET NetworkModules/{id}": get_module,
    "GET NetworkModules/{id}/NetworkModuleDevices": devices_of_module,
    "GET NetworkModules/{id}/NetworkModuleDeviceRelays": relays_of_module,
    "GET NetworkModuleDevices": list_devices,
    "GET NetworkModuleDevices/{id}": get_device,
    "GET NetworkModuleDevices/{id}/NetworkModuleDeviceRelays": relays_of_device,
    "GET NetworkModuleDeviceRelays/{id}": get_relay,
}
