"""Who may ask what: every route of the API, by the tag of the user and by the vhost (reference: sections 2 and 9).

A user has all rights in its own vhost, and none in the other one. A new route needs a line here, under what it is for.
"""

from __future__ import annotations

from typing import NamedTuple

TAGS = ("none", "management", "policymaker", "monitoring", "administrator")

IN = "in"
"""Answered, whatever the answer is."""

DENIED = "denied"
"""401: the tag does not open this."""

HIDDEN = "hidden"
"""404: the vhost must not be known to the user."""

REFUSED = "refused"
"""401: the tag opens it, but the user has no rights on the object."""


class Expected(NamedTuple):
    """In the order of TAGS. Where a path names no vhost `other` is the same."""

    own: tuple[str, ...]
    other: tuple[str, ...]


EVERYBODY = Expected((IN,) * 5, (IN,) * 5)
"""Without a login, too."""

ANY_TAG = Expected((DENIED, IN, IN, IN, IN), (DENIED, IN, IN, IN, IN))
POLICYMAKER = Expected((DENIED, DENIED, IN, DENIED, IN), (DENIED, DENIED, IN, DENIED, IN))
MONITOR = Expected((DENIED, DENIED, DENIED, IN, IN), (DENIED, DENIED, DENIED, IN, IN))
ADMINISTRATOR = Expected((DENIED, DENIED, DENIED, DENIED, IN), (DENIED, DENIED, DENIED, DENIED, IN))

WHO_SEES_THE_VHOST = Expected((DENIED, IN, IN, IN, IN), (DENIED, HIDDEN, HIDDEN, HIDDEN, IN))
WHO_HAS_RIGHTS = Expected((DENIED, IN, IN, IN, IN), (DENIED, HIDDEN, HIDDEN, HIDDEN, REFUSED))
"""An administrator sees every vhost, and does in it what its patterns allow."""

WHO_MONITORS_AND_HAS_RIGHTS = Expected((DENIED, DENIED, DENIED, IN, IN), (DENIED, DENIED, DENIED, HIDDEN, REFUSED))
POLICYMAKER_OF_THE_VHOST = Expected((DENIED, DENIED, IN, DENIED, IN), (DENIED, DENIED, HIDDEN, DENIED, IN))

ROUTES: dict[Expected, str] = {
    EVERYBODY: """
        GET /api/
        GET /api/index.html
        GET /api/openapi.json
        GET /api/version
        POST /api/login
        DELETE /api/login
        GET /api/auth
        GET /api/health/checks/is-in-service
        GET /api/health/checks/below-node-connection-limit
        GET /api/health/checks/ready-to-serve-clients
        GET /api/health/checks/reached-target-cluster-size
    """,
    ANY_TAG: """
        GET /api/overview
        GET /api/cluster-name
        GET /api/extensions
        GET /api/vhosts
        GET /api/exchanges
        GET /api/queues
        GET /api/queues/detailed
        GET /api/users/{user}/queues
        GET /api/bindings
        GET /api/connections
        GET /api/connections/{connection}
        DELETE /api/connections/{connection}
        GET /api/channels
        GET /api/connections/{connection}/channels
        GET /api/channels/{channel}
        GET /api/consumers
        GET /api/whoami
        GET /api/policies
        GET /api/operator-policies
        GET /api/vhost-limits
        GET /api/health/checks/alarms
        GET /api/health/checks/local-alarms
        GET /api/health/checks/port-listener/{port}
        GET /api/health/checks/protocol-listener/{protocol}
        GET /api/health/checks/virtual-hosts
        GET /api/health/checks/certificate-expiration/{within}/{unit}
        GET /api/health/checks/node-is-quorum-critical
        GET /api/health/checks/node-is-mirror-sync-critical
        GET /api/health/checks/metadata-store/initialized
        GET /api/health/checks/metadata-store/initialized/with-data
        GET /api/health/checks/quorum-queues-without-elected-leaders/all-vhosts
        GET /api/health/checks/quorum-queues-without-elected-leaders/all-vhosts/pattern/{pattern}
        GET /api/healthchecks/node
        GET /api/healthchecks/node/{node}
        GET /api/feature-flags
        GET /api/deprecated-features
        GET /api/deprecated-features/used
    """,
    WHO_SEES_THE_VHOST: """
        GET /api/exchanges/{vhost}
        GET /api/exchanges/{vhost}/{name}
        GET /api/exchanges/{vhost}/{name}/bindings/source
        GET /api/exchanges/{vhost}/{name}/bindings/destination
        GET /api/queues/{vhost}
        GET /api/queues/{vhost}/{name}
        GET /api/queues/{vhost}/{name}/bindings
        GET /api/queues/{vhost}/{name}/unacked
        GET /api/bindings/{vhost}
        GET /api/bindings/{vhost}/e/{source}/{kind}/{destination}
        GET /api/bindings/{vhost}/e/{source}/{kind}/{destination}/{properties_key}
        GET /api/vhosts/{vhost}/connections
        GET /api/vhosts/{vhost}/channels
        GET /api/consumers/{vhost}
        GET /api/policies/{vhost}
        GET /api/operator-policies/{vhost}
        GET /api/vhost-limits/{vhost}
        GET /api/health/checks/quorum-queues-without-elected-leaders/vhost/{vhost}
        GET /api/health/checks/quorum-queues-without-elected-leaders/vhost/{vhost}/pattern/{pattern}
    """,
    WHO_HAS_RIGHTS: """
        PUT /api/exchanges/{vhost}/{name}
        DELETE /api/exchanges/{vhost}/{name}
        POST /api/exchanges/{vhost}/{name}/publish
        PUT /api/queues/{vhost}/{name}
        DELETE /api/queues/{vhost}/{name}
        DELETE /api/queues/{vhost}/{name}/contents
        POST /api/queues/{vhost}/{name}/get
        POST /api/queues/{vhost}/{name}/peek
        POST /api/queues/{vhost}/{name}/copy
        POST /api/queues/{vhost}/{name}/move
        POST /api/queues/{vhost}/{name}/delete
        PUT /api/queues/{vhost}/{name}/pause
        PUT /api/queues/{vhost}/{name}/resume
        POST /api/bindings/{vhost}/e/{source}/{kind}/{destination}
        DELETE /api/bindings/{vhost}/e/{source}/{kind}/{destination}/{properties_key}
        GET /api/aliveness-test/{vhost}
    """,
    POLICYMAKER: """
        GET /api/parameters
        GET /api/parameters/{component}
        GET /api/global-parameters
        GET /api/global-parameters/{name}
        PUT /api/global-parameters/{name}
        DELETE /api/global-parameters/{name}
    """,
    POLICYMAKER_OF_THE_VHOST: """
        GET /api/policies/{vhost}/{name}
        PUT /api/policies/{vhost}/{name}
        DELETE /api/policies/{vhost}/{name}
        GET /api/parameters/{component}/{vhost}
        GET /api/parameters/{component}/{vhost}/{name}
        PUT /api/parameters/{component}/{vhost}/{name}
        DELETE /api/parameters/{component}/{vhost}/{name}
    """,
    MONITOR: """
        GET /api/nodes
        GET /api/nodes/{node}
        GET /api/nodes/{node}/memory
        GET /api/nodes/{node}/memory/relative
        GET /api/nodes/{node}/memory/ets
        GET /api/nodes/{node}/memory/ets/{filter}
        GET /api/nodes/{node}/memory/ets/{filter}/relative
        GET /api/connections/username/{user}
        GET /api/auth/attempts/{node}
        GET /api/auth/attempts/{node}/source
        GET /api/user-limits/{user}
        GET /metrics
        GET /metrics/per-object
        GET /metrics/detailed
    """,
    WHO_MONITORS_AND_HAS_RIGHTS: """
        GET /api/vhosts/{vhost}/firehose
    """,
    ADMINISTRATOR: """
        PUT /api/cluster-name
        DELETE /api/reset
        DELETE /api/reset/{node}
        GET /api/vhosts/{vhost}
        PUT /api/vhosts/{vhost}
        DELETE /api/vhosts/{vhost}
        POST /api/vhosts/{vhost}/deletion/protection
        DELETE /api/vhosts/{vhost}/deletion/protection
        POST /api/vhosts/{vhost}/start/{node}
        POST /api/queues/{vhost}/{name}/actions
        DELETE /api/connections/username/{user}
        GET /api/users
        GET /api/users/without-permissions
        POST /api/users/bulk-delete
        GET /api/users/{user}
        PUT /api/users/{user}
        DELETE /api/users/{user}
        GET /api/auth/hash_password/{password}
        DELETE /api/auth/attempts/{node}
        DELETE /api/auth/attempts/{node}/source
        GET /api/permissions
        GET /api/vhosts/{vhost}/permissions
        GET /api/users/{user}/permissions
        GET /api/permissions/{vhost}/{user}
        PUT /api/permissions/{vhost}/{user}
        DELETE /api/permissions/{vhost}/{user}
        GET /api/topic-permissions
        GET /api/vhosts/{vhost}/topic-permissions
        GET /api/users/{user}/topic-permissions
        GET /api/topic-permissions/{vhost}/{user}
        PUT /api/topic-permissions/{vhost}/{user}
        DELETE /api/topic-permissions/{vhost}/{user}
        DELETE /api/topic-permissions/{vhost}/{user}/{exchange}
        GET /api/operator-policies/{vhost}/{name}
        PUT /api/operator-policies/{vhost}/{name}
        DELETE /api/operator-policies/{vhost}/{name}
        PUT /api/vhost-limits/{vhost}/{name}
        DELETE /api/vhost-limits/{vhost}/{name}
        GET /api/user-limits
        PUT /api/user-limits/{user}/{name}
        DELETE /api/user-limits/{user}/{name}
        GET /api/definitions
        POST /api/definitions
        GET /api/all-configuration
        POST /api/all-configuration
        GET /api/definitions/{vhost}
        POST /api/definitions/{vhost}
        PUT /api/feature-flags/{name}/enable
        POST /api/rebalance/queues
    """,
}

ROWS: dict[str, Expected] = {
    line.strip(): expected for expected, lines in ROUTES.items() for line in lines.strip().splitlines()
}
"""By method and path."""
