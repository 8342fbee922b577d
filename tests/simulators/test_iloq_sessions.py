"""Log-ins, sessions, lock groups and rights of the simulated iLOQ cloud."""

import asyncio

import pytest

from simulators.faults import Fault
from simulators.iloq.endpoints import ALL_RIGHTS, V1, V2, WITHOUT_SESSION, R
from tests.simulators.iloq import BASES, LOG_IN, START, UNKNOWN, House

CUSTOMER = {"CustomerCode": LOG_IN["CustomerCode"]}


async def test_address(iloq: House) -> None:
    """The start address tells where everything else is, and has nothing else."""
    reply = await iloq.raw("POST", START + "Url/GetUrl", CUSTOMER)
    assert reply.json == iloq.address.url.replace("/iloqws/", "/iloqwspool2/")
    assert (await iloq.raw("POST", START + "CreateSession", LOG_IN)).status == 404
    assert (await iloq.raw("POST", BASES["v2"] + "Url/GetUrl", CUSTOMER)).status == 404
    other = {"CustomerCode": "ILOQ_1"}
    assert (await iloq.raw("POST", START + "Url/GetUrl", other)).text == "null"
    assert (await iloq.raw("POST", START + "Url/GetUrl", {})).status == 400


@pytest.mark.parametrize("handed_out", [None, ""])
async def test_no_address(iloq: House, handed_out: str | None) -> None:
    """Where no other address is told, everything is at the start address."""
    iloq.cloud.set_options(handed_out=handed_out)
    assert (await iloq.raw("POST", START + "Url/GetUrl", CUSTOMER)).json == handed_out
    assert (await iloq.raw("POST", START + "CreateSession", LOG_IN)).status == 200
    assert (await iloq.raw("GET", BASES["v2"] + "Test")).status == 404


async def test_other_address(iloq: House) -> None:
    """The address may be another path, or on another server."""
    iloq.cloud.set_options(handed_out="{origin}/pool")
    url = (await iloq.raw("POST", START + "Url/GetUrl", CUSTOMER)).json
    assert url == iloq.address.url.replace("/iloqws/", "/pool")
    assert (await iloq.raw("GET", "/pool/api/v2/Test")).json == "Test OK"
    iloq.cloud.set_options(handed_out="http://elsewhere")
    reply = await iloq.raw("POST", START + "Url/GetUrl", CUSTOMER)
    assert reply.json == "http://elsewhere"
    assert (await iloq.raw("GET", START + "Test")).status == 404


async def test_life(iloq: House) -> None:
    """A session is opened, works in a lock group, and is no more once it was killed."""
    reply = await iloq.log_in()
    assert reply.json == {"Result": 1, "SessionID": iloq.ids["v2"]}
    assert (await iloq.call("GET", "Keys")).status == 403
    groups = await iloq.get("LockGroups")
    assert [group["Name"] for group in groups] == ["Demo house"]
    assert groups[0]["TimeZoneStandardName"] == "FLE Standard Time"
    assert groups[0]["OptionMask"] & 2048
    body = {"LockGroup_ID": groups[0]["LockGroup_ID"].upper()}
    assert await iloq.send("POST", "SetLockGroup", body) == {"RightsMask": ALL_RIGHTS}
    assert len(await iloq.get("keys")) == 8
    assert (await iloq.call("GET", "KillSession")).status == 204
    reply = await iloq.call("GET", "Keys")
    assert reply.status == 401
    assert reply.json == {
        "Code": "Unauthorized",
        "Message": f"Invalid session id: {iloq.ids['v2']}",
    }
    assert iloq.cloud.sessions.killed == [iloq.ids["v2"]]


async def test_unknown_lock_group(iloq: House) -> None:
    """A lock group must be one that there is."""
    await iloq.log_in()
    for given in (UNKNOWN, "x", None):
        message = await iloq.refused("POST", "SetLockgroup", {"LockGroup_ID": given})
        assert message == f"Invalid value ({given}) for parameter LockGroup_ID."


async def test_several_lock_groups(iloq: House) -> None:
    """Each lock group keeps its own things, and one that is gone needs another choice."""
    other = (await iloq.control("POST", "lock_groups", {"name": "Other"})).json["id"]
    await iloq.enter()
    assert len(await iloq.get("LockGroups")) == 2
    await iloq.send("POST", "SetLockgroup", {"LockGroup_ID": other})
    assert await iloq.get("Keys") == []
    assert (await iloq.control("DELETE", f"lock_groups/{other}")).status == 204
    assert (await iloq.call("GET", "Keys")).status == 403
    await iloq.refused("POST", "SetLockgroup", {"LockGroup_ID": other})


@pytest.mark.parametrize(
    "changes",
    [{"Password": "x"}, {"UserName": "x"}, {"CustomerCode": "x"}, {"Password": None}],
)
async def test_wrong_credentials(iloq: House, changes: dict[str, str]) -> None:
    """A bad log-in is a success of HTTP's; the first generation has nothing but an empty id."""
    reply = await iloq.log_in(**changes)
    assert reply.status == 200
    assert reply.json == {"Result": 5, "SessionID": ""}
    reply = await iloq.log_in("v1", **changes)
    assert reply.json == {"SessionID": ""}


async def test_lock_out(iloq: House) -> None:
    """Too many wrong passwords in a row lock the user out, until that is lifted."""
    iloq.cloud.set_options(lockout_after=3)

    async def result(password: str) -> int:
        found: int = (await iloq.log_in(Password=password)).json["Result"]
        return found

    good = LOG_IN["Password"]
    tried = [await result(word) for word in ("x", "x", good, "x", "x", "x", "x", good)]
    assert tried == [5, 5, 1, 5, 5, 7, 8, 8]
    await iloq.control("PATCH", "users/api", {"locked": False})
    assert await result("x") == 5
    await iloq.control("PATCH", "users/api", {"password": "new"})
    assert [await result(word) for word in (good, "new")] == [5, 1]
    await iloq.control("PATCH", "users/api", {"password_expired": True})
    assert await result("new") == 9


async def test_odd_success(iloq: House) -> None:
    """A success may be told as a 0 beside a session id."""
    iloq.cloud.set_options(success_result=0)
    reply = await iloq.log_in()
    assert reply.json == {"Result": 0, "SessionID": iloq.ids["v2"]}
    assert len(await iloq.get("LockGroups")) == 1


@pytest.mark.parametrize("code", [0, 2, 3, 4, 6, 10, 11])
async def test_other_results(iloq: House, code: int) -> None:
    """Every other result is chosen."""
    await iloq.control("POST", "options", {"log_in_result": code})
    assert (await iloq.log_in()).json == {"Result": code, "SessionID": ""}


async def test_expiry(iloq: House) -> None:
    """Sessions expire when told to, after so many requests, or when unused for a while."""
    await iloq.enter()
    await iloq.control("DELETE", "sessions")
    assert (await iloq.call("GET", "Keys")).status == 401
    iloq.cloud.set_options(session_requests=3)
    await iloq.enter()
    statuses = [(await iloq.call("GET", "Keys")).status for _ in range(3)]
    assert statuses == [200, 200, 401]
    iloq.cloud.set_options(session_requests=None, session_seconds=60)
    await iloq.enter()
    for seconds, status in ((59, 200), (59, 200), (60, 401)):
        iloq.clock.move(seconds)
        assert (await iloq.call("GET", "Keys")).status == status
    assert iloq.cloud.sessions.as_json()["open"] == []


async def test_generations_apart(iloq: House) -> None:
    """A session of one generation is none of the other, and each can be switched off."""
    await iloq.enter("v1")
    iloq.ids["v2"] = iloq.ids["v1"]
    assert (await iloq.call("GET", "Keys")).status == 401
    iloq.cloud.set_options(generations="v1")
    assert (await iloq.raw("POST", START + "Url/GetUrl", CUSTOMER)).status == 404
    assert len(await iloq.get("Keys", "v1")) == 8
    iloq.cloud.set_options(generations="v2")
    assert (await iloq.call("GET", "Keys", generation="v1")).status == 404
    path = "/iLoqWsApi/api/v2/Url/GetUrl"
    assert (await iloq.raw("POST", path, CUSTOMER)).status == 404


async def test_v1_endpoints(iloq: House) -> None:
    """The first generation has no more than was found of it."""
    await iloq.enter("v1")
    missing = {
        endpoint
        for endpoint in V2
        if (
            await iloq.raw(
                endpoint.split(" ")[0],
                BASES["v1"] + filled(endpoint),
                headers={"SessionId": UNKNOWN},
            )
        ).status
        in (404, 405)
    }
    # Where there is a page for one id, any word in its place is an id that nothing has.
    as_ids = {"GET Persons/GetByExternalPersonIds", "GET Keys/GetByRomIds"}
    assert set(V2) - missing == V1 | as_ids


def filled(endpoint: str) -> str:
    """Return an endpoint's path with an id in every place for one."""
    parts = endpoint.split(" ")[1].split("/")
    return "/".join(UNKNOWN if part.startswith("{") else part for part in parts)


async def test_session_needed(iloq: House) -> None:
    """Every endpoint beyond the way in needs a session, a lock group and the rights that it names."""
    await iloq.enter()
    iloq.cloud.user.rights = 0
    for endpoint in V2:
        if endpoint in WITHOUT_SESSION:
            continue
        method, path = endpoint.split(" ")[0], filled(endpoint)
        url = BASES["v2"] + path
        assert (await iloq.raw(method, url)).status == 401, endpoint
        if V2[endpoint]:
            reply = await iloq.call(method, path)
            assert reply.status == 403, endpoint
            assert reply.json["Code"] == "Forbidden"


async def test_rights(iloq: House) -> None:
    """One of the alternatives is enough, but that as a whole."""
    await iloq.enter()
    path = f"Keys/{iloq.key('Fob').id}/CanReturn"
    for rights, status in ((R.RETURN_KEYS, 200), (R.ORDER_KEYS, 200), (R.KEYS, 403)):
        await iloq.control("PATCH", "users/api", {"rights": int(rights)})
        assert (await iloq.call("GET", path)).status == status
    path = f"Blacklists/CanAddKey/{iloq.key('Fob').id}"
    iloq.cloud.user.rights = int(R.EDIT_BLACKLIST)
    assert (await iloq.call("GET", path)).status == 403


async def test_gateway(iloq: House) -> None:
    """A gateway before the platform wants its own key, and limits what comes."""
    iloq.cloud.set_options(api_key="k")
    assert (await iloq.raw("GET", BASES["v2"] + "Version")).status == 403
    headers = {"x-api-key": "k"}
    reply = await iloq.raw("GET", BASES["v2"] + "Version", headers=headers)
    assert reply.json == "7.5.0.0"
    iloq.cloud.set_options(api_key=None, rate_limit=1, retry_after=7)
    assert (await iloq.raw("GET", BASES["v2"] + "Test")).status == 200
    reply = await iloq.raw("GET", BASES["v2"] + "Test")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "7")


async def test_bad_bodies(iloq: House) -> None:
    """A body must be an object in JSON."""
    await iloq.enter()
    for body in (b"{", b"[]", b"1"):
        await iloq.refused("POST", "SetLockgroup", body)
    headers = {"SessionId": iloq.ids["v2"], "Content-Type": "text/plain"}
    reply = await iloq.raw("POST", BASES["v2"] + "SetLockgroup", {}, headers)
    assert reply.status == 415
    headers["Content-Type"] = "text/json"
    chosen = {"LockGroup_ID": iloq.cloud.group.id}
    reply = await iloq.raw("POST", BASES["v2"] + "SetLockgroup", chosen, headers)
    assert reply.status == 200
    assert (await iloq.call("GET", "SetLockgroup")).status == 405


async def test_counts(iloq: House) -> None:
    """It is counted how many log-ins and how many requests of one session were under way at once."""
    iloq.cloud.add_fault(Fault("delay", path="/iloqwspool2", seconds=0.05))
    await asyncio.gather(iloq.log_in(), iloq.log_in())
    await asyncio.gather(*(iloq.call("GET", "LockGroups") for _ in range(3)))
    told = (await iloq.control("GET", "sessions")).json
    assert told["most_log_ins_at_once"] == 2
    assert told["most_requests_of_one_session"] == 3
    assert (told["log_ins"], len(told["open"])) == (2, 2)
    told = (await iloq.control("DELETE", "sessions/counts")).json
    assert (told["log_ins"], told["most_log_ins_at_once"]) == (0, 0)
    assert len(told["open"]) == 2


async def test_faults(iloq: House) -> None:
    """What is done but not answered is done."""
    await iloq.enter()
    body = {"Person": {"PersonCode": "1"}}
    iloq.cloud.add_fault(Fault("html_after", "POST", "/iloqwspool2/api/v2/Persons"))
    assert (await iloq.call("POST", "Persons", body)).text.startswith("<!DOCTYPE")
    iloq.cloud.clear_faults()
    assert len(await iloq.get("Persons")) == 7
