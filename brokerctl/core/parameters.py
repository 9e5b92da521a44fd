"""Runtime parameters: named JSON values of a vhost, by component, and of the whole broker (RabbitMQ, docs/parameters).

Most belong to plugins that are not here, shovels and federation above all. They are kept as they are and given back, so
that a broker's definitions pass through this one with nothing lost. What has a meaning here has a place of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brokerctl.core.effects import Effects, Save
from brokerctl.core.policies import Kind
from brokerctl.errors import PreconditionFailed
from brokerctl.names import MAX_NAME_BYTES, fits_shortstr

if TYPE_CHECKING:
    from brokerctl.core.broker import Broker
    from brokerctl.core.vhost import Vhost

PARAMETER, GLOBAL_PARAMETER = "parameter", "global_parameter"
"""The kinds under which they are saved."""

CLUSTER_NAME = "cluster_name"
"""The global parameter that RabbitMQ keeps the name of the cluster in."""

VHOST_LIMITS = "vhost-limits"
"""The component that RabbitMQ keeps a vhost's limits in, all in one parameter called `limits`."""

ELSEWHERE = {
    Kind.POLICY.value: "policies may not be set using this method",
    Kind.OPERATOR.value: "operator policies are set under /api/operator-policies",
    VHOST_LIMITS: "limits of a vhost are set under /api/vhost-limits",
}
"""Components of which the broker makes use itself, and what is said to who sets one as a parameter."""


def cluster_name(broker: Broker) -> str:
    """What people call this broker."""
    return str(broker.global_parameters.get(CLUSTER_NAME) or broker.name)


def put(vhost: Vhost, component: str, name: str, value: Any, effects: Effects) -> bool:
    """Set a parameter to any JSON; False when it was there. Raises PreconditionFailed for a component of ELSEWHERE."""
    if component in ELSEWHERE:
        raise PreconditionFailed(ELSEWHERE[component])
    _check_names(component, name)
    is_new = (component, name) not in vhost.parameters
    vhost.parameters[component, name] = value
    effects.append(Save(PARAMETER, (vhost.name, component, name), {"value": value}))
    return is_new


def clear(vhost: Vhost, component: str, name: str, effects: Effects) -> bool:
    """Remove a parameter; False when there was none."""
    if (component, name) not in vhost.parameters:
        return False
    del vhost.parameters[component, name]
    effects.append(Save(PARAMETER, (vhost.name, component, name), None))
    return True


def put_global(broker: Broker, name: str, value: Any, effects: Effects) -> bool:
    """As `put`, of the whole broker. Raises PreconditionFailed also for a cluster name that is no text."""
    _check_names(name)
    if name == CLUSTER_NAME and not (isinstance(value, str) and value):
        raise PreconditionFailed(f"{CLUSTER_NAME} is a text, and not an empty one")
    is_new = name not in broker.global_parameters
    broker.global_parameters[name] = value
    effects.append(Save(GLOBAL_PARAMETER, (name,), {"value": value}))
    return is_new


def clear_global(broker: Broker, name: str, effects: Effects) -> bool:
    """As `clear`, of the whole broker."""
    if name not in broker.global_parameters:
        return False
    del broker.global_parameters[name]
    effects.append(Save(GLOBAL_PARAMETER, (name,), None))
    return True


def _check_names(*names: str) -> None:
    for name in names:
        if not name or not fits_shortstr(name):
            raise PreconditionFailed(f"names of parameters and components take 1 to {MAX_NAME_BYTES} bytes")
