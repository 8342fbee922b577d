"""Home Assistant's own start, with its search for devices in the network kept on the loopback address."""

from functools import wraps
import runpy

import zeroconf

search = zeroconf.Zeroconf.__init__


@wraps(search)
def search_loopback(self: zeroconf.Zeroconf, *_: object, **__: object) -> None:
    """Open no socket that another machine could reach, nor send to one."""
    search(
        self,
        interfaces=["127.0.0.1"],
        unicast=True,
        ip_version=zeroconf.IPVersion.V4Only,
    )


# Its web client always brings this search along, on all addresses; no setting keeps it at home.
zeroconf.Zeroconf.__init__ = search_loopback  # type: ignore[method-assign]  # the wrapper takes the same arguments
runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
