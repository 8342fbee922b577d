"""The way in: the address, the log-in and the choice of a lock group."""

from aiohttp import web

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.api.gate import handed_out_url
from simulators.iloq.fields import guid
from simulators.iloq.refusals import wrong_value
from simulators.iloq.sessions import Result


def get_url(call: Call) -> object:
    """Answer with the address for everything else; that another customer gets null is assumed."""
    code = call.body.get("CustomerCode")
    if not isinstance(code, str) or not 2 <= len(code) <= 50:
        raise wrong_value(code, "CustomerCode")
    known = code.casefold() == call.cloud.customer_code.casefold()
    url = handed_out_url(call.cloud, call.request.url.origin()) if known else None
    return web.json_response(url)


def create_session(call: Call) -> object:
    """Log in; that the first generation answers a failure with an empty id, since it has no Result, is assumed."""
    cloud = call.cloud
    name, password, code = (
        call.body.get(field) for field in ("UserName", "Password", "CustomerCode")
    )
    told: dict[str, object] = {"SessionID": ""}
    result: int = Result.INVALID_CREDENTIALS
    session = None
    if (
        isinstance(name, str)
        and isinstance(password, str)
        and isinstance(code, str)
        and code.casefold() == cloud.customer_code.casefold()
    ):
        result, session = cloud.sessions.log_in(
            name, password, call.generation, cloud.clock()
        )
    if session:
        told["SessionID"] = session.id
        result = cloud.options.success_result
    return told if call.v1 else {"Result": int(result), **told}


def lock_groups(call: Call) -> object:
    """List the lock groups."""
    return [
        group.as_json(group.dates(call.form), call.v1)
        for group in call.cloud.groups.values()
    ]


def set_lock_group(call: Call) -> object:
    """Choose a lock group."""
    chosen = guid(call.body.get("LockGroup_ID"), "LockGroup_ID")
    if chosen not in call.cloud.groups:
        raise wrong_value(chosen, "LockGroup_ID")
    call.session.lock_group_id = chosen
    return {"RightsMask": call.session.user.rights}


def kill_session(call: Call) -> object:
    """End the session."""
    call.cloud.sessions.kill(call.session)
    return None


HANDLERS: Handlers = {
    "POST Url/GetUrl": get_url,
    "POST CreateSession": create_session,
    "GET LockGroups": lock_groups,
    "POST SetLockgroup": set_lock_group,
    "GET KillSession": kill_session,
    "GET Test": lambda _call: "Test OK",
    "GET Version": lambda _call: "7.5.0.0",
}
