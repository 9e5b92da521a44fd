"""Health checks: 200 with "ok", or 503 with "failed" and why. For load balancers and monitors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from brokerctl.core.channel import Peer
from brokerctl.core.effects import Effects
from brokerctl.management import render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.nodes import has_disk_alarm, has_memory_alarm
from brokerctl.management.resources import resource
from brokerctl.management.values import Json

MAX_PORT = 65_535

ALIASES = {
    **dict.fromkeys(("amqp091", "amqp0.9.1", "amqp0-9-1", "amqp0_9_1"), "amqp"),
    "amqps": "amqp/ssl",
    **dict.fromkeys(("http1", "http1.1", "http_api", "management", "management_ui", "ui"), "http"),
}
"""Other names of protocols that RabbitMQ knows, too."""

UNITS = {
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
    "months": timedelta(days=365 / 12),
    "years": timedelta(days=365),
}


async def alarms(call: Call) -> Response:
    node = call.door.node()
    raised = [
        {"resource": name, "node": call.node}
        for name, is_raised in (("memory", has_memory_alarm(node)), ("disk space", has_disk_alarm(node)))
        if is_raised
    ]
    if raised:
        return await _failed(call, "There are alarms in effect in the cluster", alarms=raised)
    return await _ok(call)


async def port_listener(call: Call) -> Response:
    try:
        port = int(call.name("port"))
    except ValueError:
        raise bad_request("Invalid port") from None
    if not 0 < port <= MAX_PORT:
        raise bad_request("Invalid port")
    ports = sorted({listener.port for listener in call.door.node().listeners})
    if port not in ports:
        return await _failed(call, "No active listener", missing=port, ports=ports)
    return await _ok(call, port=port)


async def protocol_listener(call: Call) -> Response:
    """Of one protocol, or of all in a list with commas (RabbitMQ 4)."""
    asked = [ALIASES.get(name, name) for name in call.name("protocol").lower().split(",")]
    protocols = sorted({listener.protocol for listener in call.door.node().listeners})
    missing = [protocol for protocol in asked if protocol not in protocols]
    if missing:
        return await _failed(call, "No active listener", missing=",".join(missing), protocols=protocols)
    if len(asked) == 1:
        return await _ok(call, protocol=asked[0])
    return await _ok(call, protocols=asked)


async def certificate_expiration(call: Call) -> Response:
    """Whether the broker's certificate and its CAs are good for so long from now."""
    limit = _limit(call)
    certificate = call.door.certificate()
    listeners = [listener for listener in call.door.node().listeners if listener.is_tls]
    if certificate is None:
        return await _ok(call)
    own, of_ca = (_before(limit, known) for known in (certificate.expires_at, certificate.ca_expires_at))
    if not own and not of_ca:
        return await _ok(call)
    expired = [
        {
            "node": call.node,
            "protocol": listener.protocol,
            "interface": listener.host,
            "port": listener.port,
            "certfile": certificate.file,
            "cacertfile": certificate.ca_file,
            "certfile_expires_on": own,
            "cacertfile_expires_on": of_ca,
        }
        for listener in listeners
    ]
    return await _failed(call, "Certificates expiring", expired=expired)


def _limit(call: Call) -> datetime:
    try:
        number = int(call.name("within"))
    except ValueError:
        raise bad_request("Invalid expiration value.") from None
    unit = UNITS.get(call.name("unit").lower())
    if unit is None:
        raise bad_request(f"Time unit not recognised. Supported units: {', '.join(UNITS)}.")
    try:
        return datetime.now(UTC) + number * unit
    except OverflowError:
        raise bad_request("Invalid expiration value.") from None


def _before(limit: datetime, moments: list[datetime]) -> list[str]:
    return [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments if moment < limit]


async def virtual_hosts(call: Call) -> Response:
    """Every vhost of this broker runs as long as the broker does."""
    return await _ok(call)


async def single_node(call: Call) -> Response:
    """What only a cluster can fail."""
    return await _ok(call, reason="single node cluster")


async def in_service(call: Call) -> Response:
    """Whoever gets this answer talks to a broker that serves clients; before its start is done nobody listens."""
    return await _ok(call)


async def without_leaders(call: Call) -> Response:
    """A quorum queue on one machine is always led by it."""
    if "vhost" in call.request.path_params:
        call.check_vhost()
    return await _ok(call)


async def node(call: Call) -> Response:
    if "node" in call.request.path_params and call.name("node") != call.node:
        raise absent()
    return await alarms(call)


async def aliveness(call: Call) -> Response:
    """Whether this user can open a channel in the vhost. Leaves nothing behind (RabbitMQ 4; 3.x leaves a queue)."""
    vhost = call.authorized.vhost

    def command(effects: Effects) -> None:
        channel = call.broker.open_channel(Peer("HTTP API", call.user.name, vhost.name), 1)
        call.broker.close_channel(channel, effects)

    call.door.run(command)
    return await _ok(call)


async def _ok(call: Call, **more: object) -> Response:
    return await render.value(call, {"status": "ok", **more})


async def _failed(call: Call, reason: str, **more: object) -> Response:
    body: Json = {"status": "failed", "reason": reason, **more}
    return await render.value(call, body, status=503)


RESOURCES = [
    resource("/aliveness-test/{vhost}", get=(Level.VHOST, aliveness)),
    resource("/health/checks/alarms", get=(Level.MANAGEMENT, alarms)),
    resource("/health/checks/local-alarms", get=(Level.MANAGEMENT, alarms)),
    resource("/health/checks/port-listener/{port}", get=(Level.MANAGEMENT, port_listener)),
    resource("/health/checks/protocol-listener/{protocol}", get=(Level.MANAGEMENT, protocol_listener)),
    resource("/health/checks/virtual-hosts", get=(Level.MANAGEMENT, virtual_hosts)),
    resource("/health/checks/certificate-expiration/{within}/{unit}", get=(Level.MANAGEMENT, certificate_expiration)),
    *(
        resource(f"/health/checks/{name}", get=(Level.MANAGEMENT, single_node))
        for name in ("node-is-quorum-critical", "node-is-mirror-sync-critical")
    ),
    *(
        resource(f"/health/checks/metadata-store/initialized{more}", get=(Level.MANAGEMENT, in_service))
        for more in ("", "/with-data")
    ),
    *(
        resource(f"/health/checks/{name}", get=(Level.ANYBODY, in_service))
        for name in (
            "is-in-service",
            "below-node-connection-limit",
            "ready-to-serve-clients",
            "reached-target-cluster-size",
        )
    ),
    *(
        resource(
            f"/health/checks/quorum-queues-without-elected-leaders/{where}{more}",
            get=(Level.MANAGEMENT, without_leaders),
        )
        for where in ("all-vhosts", "vhost/{vhost}")
        for more in ("", "/pattern/{pattern}")
    ),
    resource("/healthchecks/node", get=(Level.MANAGEMENT, node)),
    resource("/healthchecks/node/{node}", get=(Level.MANAGEMENT, node)),
]
