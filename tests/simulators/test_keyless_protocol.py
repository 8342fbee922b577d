"""What every request to the simulated Keyless platform has to pass."""

import base64
import json
from typing import Any

import pytest

from simulators.keyless import MEDIA_TYPE, PATHS, Fault
from tests.simulators.keyless import Site

PROBLEM = {"type": "about:blank", "instance": "/administration/user"}


def claims(token: str) -> dict[str, Any]:
    """Return what a token says."""
    header, payload, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for part in token.split(".")
    )
    assert json.loads(header)["alg"] == "RS256"
    assert len(signature) == 256
    told: dict[str, Any] = json.loads(payload)
    return told


async def test_login(site: Site) -> None:
    """A login is answered with a token that says how long it is valid, and for which system."""
    reply = await site.login()
    assert (reply.status, reply.headers["Content-Type"]) == (200, MEDIA_TYPE)
    assert list(reply.json) == ["token"]
    told = claims(reply.json["token"])
    assert told["exp"] - told["iat"] == 3600
    assert told["iat"] == int(site.clock.now.timestamp())
    assert told["custom:tenant-id"] == site.cloud.tenant_id
    assert told["cognito:username"] == site.cloud.admin.id
    assert (await site.login()).json != reply.json


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"userId": "558aef6a-de33-4e6c-8219-1eab9727ae95", "accessKey": "x"}, 401),
        ({"userId": "558aef6a-de33-4e6c-8219-1eab9727ae94", "accessKey": "x"}, 401),
        ({"userId": "558aef6a-de33-4e6c-8219-1eab9727ae94"}, 400),
        ({"userId": 1, "accessKey": "x"}, 400),
        ([], 400),
    ],
)
async def test_login_refused(site: Site, body: Any, status: int) -> None:
    """Wrong credentials are refused with a problem."""
    reply = await site.call("POST", "login", body, headers={"Authorization": None})
    assert (reply.status, reply.json["status"]) == (status, status)
    assert reply.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["user", "login", "nothing"])
@pytest.mark.parametrize("key", [None, "", "wrong"])
async def test_api_key(site: Site, path: str, key: str | None) -> None:
    """A wrong API key is refused before all else, and not by the platform itself."""
    headers = {"X-Api-Key": key, "Accept": None, "Authorization": None}
    reply = await site.call("GET", path, headers=headers)
    assert (reply.status, reply.json) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(
    "accept", [None, "*/*", "application/json", MEDIA_TYPE.replace("2", "1")]
)
async def test_accept(site: Site, accept: str | None) -> None:
    """The version of the API has to be asked for, at login as well."""
    for method, path in (("GET", "user"), ("POST", "login")):
        reply = await site.call(method, path, {}, headers={"Accept": accept})
        assert (reply.status, reply.json["title"]) == (406, "Not Acceptable")


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer x", "Basic {}", "Bearer x{}", "{}"]
)
async def test_bearer(site: Site, value: str) -> None:
    """No operation but the login goes without a token."""
    token = site.headers["Authorization"].removeprefix("Bearer ")
    detail = "The access token is missing or not valid"
    wanted = {"title": "Unauthorized", "status": 401, "detail": detail}
    for written in (value.format(token), None):
        headers = {"Authorization": written}
        reply = await site.call("GET", "user", headers=headers)
        assert (reply.status, reply.json) == (401, PROBLEM | wanted)


async def test_token_ends(site: Site) -> None:
    """A token is valid for an hour, or as long as is chosen, or until it is revoked."""
    site.clock.move(3599)
    assert await site.status("GET", "user") == 200
    site.clock.move(1)
    assert await site.status("GET", "user") == 401
    site.cloud.set_options(token_seconds=10)
    told = claims((await site.login()).json["token"])
    assert told["exp"] - told["iat"] == 10
    site.clock.move(10)
    assert await site.status("GET", "user") == 401
    await site.login()
    site.cloud.revoke_tokens()
    assert await site.status("GET", "user") == 401


async def test_roles(site: Site) -> None:
    """A user who is no administrator may log in and do nothing; one who is deleted is not known any more."""
    user = site.cloud.add_user()
    await site.login(user.id, user.access_key)
    reply = await site.call("GET", "user")
    detail = "The user does not have the required role."
    wanted = {"title": "Forbidden", "status": 403, "detail": detail}
    assert (reply.status, reply.json) == (403, PROBLEM | wanted)
    site.cloud.delete_user(user.id)
    assert await site.status("GET", "user") == 401


async def test_rate_limit(site: Site) -> None:
    """Requests above the limit of an API key are refused until others are long enough ago."""
    site.cloud.set_options(rate_limit=2, rate_window=10)
    assert [await site.status("GET", "user") for _ in range(3)] == [200, 200, 429]
    site.clock.move(9)
    reply = await site.call("GET", "user")
    assert (reply.status, reply.json) == (429, {"message": "Too Many Requests"})
    assert "Retry-After" not in reply.headers
    site.cloud.set_options(retry_after=7)
    assert (await site.call("GET", "user")).headers["Retry-After"] == "7"
    site.clock.move(1)
    assert await site.status("GET", "user") == 200
    site.cloud.set_options(rate_limit=None)
    assert [await site.status("GET", "user") for _ in range(3)] == [200] * 3


async def test_unknown_route(site: Site) -> None:
    """A path that does not exist is told from a thing that does not exist by the body."""
    for method, path, status in (("GET", "users", 404), ("DELETE", "user", 405)):
        reply = await site.call(method, path)
        assert (reply.status, list(reply.json)) == (status, ["message"])


@pytest.mark.parametrize("name", [name for name, (_, p) in PATHS.items() if "{" in p])
async def test_unknown_things(site: Site, name: str) -> None:
    """Whatever has an id in its path is not found under another."""
    site.cloud.set_options(environment="staging")
    method, path = PATHS[name]
    bodies: dict[str, Any] = {
        "modify_locking_device": [{"op": "replace", "path": "/name", "value": "A"}],
        "update_permission": {},
    }
    reply = await site.call(
        method, path.format(id=site.cloud.tenant_id), bodies.get(name)
    )
    assert (reply.status, reply.json["detail"]) == (404, "Resource not found")


async def test_bodies(site: Site) -> None:
    """A body is JSON, says so, and has nothing in it that the operation does not know."""
    user = {"role": "USER"}
    headers = {"Content-Type": "text/plain"}
    assert (await site.call("POST", "user", user, headers=headers)).status == 415
    bodies: tuple[Any, ...] = ([], None, {}, {"role": "user"}, {**user, "name": "Anna"})
    for body in bodies:
        assert await site.status("POST", "user", body) == 400
    site.cloud.set_options(invalid_status=422)
    assert await site.status("POST", "user", {}) == 422


async def test_counts_and_faults(site: Site) -> None:
    """Requests are counted by their route, and faults hit them."""
    lock = site.cloud.add_locking_device("A")
    site.cloud.requests.reset()
    await site.get(f"locking-device/{lock.id}")
    await site.get(f"locking-device-log/audit?locking-device-id={lock.id}")
    single = "GET /administration/locking-device/{id}"
    assert site.cloud.requests.counts[single] == 1
    assert site.cloud.requests.by_subject()[lock.id].total() == 2
    site.cloud.add_fault(Fault("status", path="/administration/user", times=1))
    assert [await site.status("GET", "user") for _ in range(2)] == [503, 200]
