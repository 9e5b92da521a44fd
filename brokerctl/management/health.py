"""Health checks: 200 with "ok", or 503 with "failed" and why. For load balancers and monitors."""

from __future__ import annotations

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
    text = call.name("port")
    if not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise bad_request("Invalid port")
    port = int(text)
    ports = sorted({listener.port for listener in call.door.node().listeners})
    if port not in ports:
        return await _failed(call, "No active listener", missing=port, ports=ports)
    return await _ok(call, port=port)


async def protocol_listener(call: Call) -> Response:
    protocol = call.name("protocol")
    protocols = sorted({listener.protocol for listener in call.door.node().listeners})
    aliases = {"amqp091": "amqp", "amqp0.9.1": "amqp", "amqp0-9-1": "amqp", "amqp0_9_1": "amqp", "amqps": "amqp/ssl"}
    wanted = aliases.get(protocol.lower(), protocol.lower())
    if wanted not in protocols:
        return await _failed(call, "No active listener", missing=protocol, protocols=protocols)
    return await _ok(call, protocol=protocol)


async def virtual_hosts(call: Call) -> Response:
    """Every vhost of this broker runs as long as the broker does."""
    return await _ok(call)


async def quorum_critical(call: Call) -> Response:
    return await _ok(call, reason="single node cluster")


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
    resource("/health/checks/node-is-quorum-critical", get=(Level.MANAGEMENT, quorum_critical)),
    resource("/healthchecks/node", get=(Level.MANAGEMENT, node)),
    resource("/healthchecks/node/{node}", get=(Level.MANAGEMENT, node)),
]
