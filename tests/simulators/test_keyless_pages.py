"""Lists of the simulated Keyless platform."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.simulators.keyless import Site


async def read(site: Site, path: str = "user", query: str = "") -> list[Any]:
    """Return all pages of a list."""
    pages: list[Any] = []
    token: str | None = ""
    while token is not None and len(pages) < 10:
        more = f"&next-page-token={quote(token, safe='')}" if token else ""
        pages.append(await site.get(f"{path}?{query}{more}"))
        token = pages[-1].get("nextPageToken")
    return pages


def ids(pages: list[Any]) -> list[str]:
    """Return the ids of what is on pages."""
    return [item["id"] for page in pages for item in page["items"]]


async def test_pages(site: Site) -> None:
    """All pages together have everything once, 50 to the page unless another number is asked for."""
    for _ in range(119):
        site.cloud.add_user()
    users = list(site.cloud.people.users)
    for query, sizes in (
        ("", [50, 50, 20]),
        ("limit=100", [100, 20]),
        ("limit=60", [60, 60]),
    ):
        pages = await read(site, query=query)
        assert [len(page["items"]) for page in pages] == sizes
        assert ids(pages) == users
        assert "nextPageToken" not in pages[-1]
        assert pages[0]["nextPageToken"].endswith("=")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=",
        "next-page-token=x",
        "next-page-token=",
        "next-page-token=eDox",
    ],
)
async def test_refusals(site: Site, query: str) -> None:
    """A page is asked for by a number up to 100, and a token of this API."""
    assert await site.status("GET", f"user?{query}") == 400


async def test_ends(site: Site) -> None:
    """The end of a list is an absent token, or null, or there is no end of tokens."""
    for _ in range(3):
        site.cloud.add_user()
    users = list(site.cloud.people.users)
    site.cloud.set_options(list_end="null")
    pages = await read(site, query="limit=2")
    assert ids(pages) == users
    assert pages[1]["nextPageToken"] is None
    site.cloud.set_options(list_end="repeat")
    pages = await read(site, query="limit=2")
    assert len(pages) == 10
    assert len({page["nextPageToken"] for page in pages}) == 1
    assert (await read(site))[1]["items"] == []


async def test_added_fields(site: Site) -> None:
    """Objects have fields of later minor versions, if that is chosen."""
    site.cloud.add_locking_device("A")
    site.cloud.set_options(extra_fields=True)
    told = await site.get("locking-device")
    lock = told["items"][0]
    for place in (told, lock, lock["operationalCertificate"]):
        assert place["addedInMinorVersion"] == {"since": "2.99"}


@pytest.mark.parametrize(
    "path",
    [
        "user",
        "operating-device",
        "locking-device",
        "locking-device-log/system",
        "locking-device-log/audit",
        "permission",
        "offline-key",
        "gateway-device",
        "gateway-device-association",
        "remote-command",
    ],
)
async def test_every_list(site: Site, path: str) -> None:
    """Every list is one of pages."""
    site.cloud.delete_user(site.cloud.add_user().id)
    told = await site.get(f"{path}?limit=1")
    assert list(told) == ["items"]
    assert len(told["items"]) == (path == "user")
    assert await site.status("GET", f"{path}?limit=101") == 400
