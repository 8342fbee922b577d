"""Gateways, and the locking devices with which they are associated."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.keyless.api.answers import Handlers, answer, done, page
from simulators.keyless.api.queries import body_of, query_id
from simulators.keyless.gateways import Gateway

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud


def handlers(cloud: KeylessCloud) -> Handlers:
    """Return what answers each operation."""
    gateways, options = cloud.gateways, cloud.options
    associations = gateways.associations

    def told(gateway: Gateway) -> dict[str, Any]:
        return gateway.as_json(options.active_status)

    async def claim(request: web.Request) -> web.Response:
        gateway = cloud.claim_gateway(await body_of(request))
        return answer(options, told(gateway), 201)

    async def list_gateways(request: web.Request) -> web.Response:
        return page(options, request, [told(gateway) for gateway in gateways.values()])

    async def get(request: web.Request) -> web.Response:
        return answer(options, told(gateways[request.match_info["id"]]))

    async def delete(request: web.Request) -> web.Response:
        cloud.delete_gateway(request.match_info["id"])
        return done()

    async def associate(request: web.Request) -> web.Response:
        association = gateways.associate(await body_of(request), cloud.clock())
        return answer(options, association.as_json(), 201)

    async def list_associations(request: web.Request) -> web.Response:
        gateway_id = query_id(request, "gateway-device-id")
        chosen = (
            gateways.of() if gateway_id is None else gateways.of(gateway_id=gateway_id)
        )
        return page(options, request, [own.as_json() for own in chosen])

    async def get_association(request: web.Request) -> web.Response:
        return answer(options, associations[request.match_info["id"]].as_json())

    async def delete_association(request: web.Request) -> web.Response:
        associations.take(request.match_info["id"])
        return done()

    return {
        "claim_gateway_device": claim,
        "list_gateway_devices": list_gateways,
        "get_gateway_device": get,
        "delete_gateway_device": delete,
        "create_association": associate,
        "list_associations": list_associations,
        "get_association": get_association,
        "delete_association": delete_association,
    }
