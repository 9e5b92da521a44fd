"""The broker itself, vhosts, users and what they may do, policies, limits, definitions, health."""

from __future__ import annotations

from brokerctl.management.openapi.operations import (
    RANGES,
    Operation,
    answered,
    check,
    done,
    listed,
    paged,
    put,
    shown,
)

BROKER: dict[str, Operation] = {
    "GET /overview": shown("The broker as a whole.", "Overview", *RANGES),
    "GET /version": answered("The product's version. No login.", "text"),
    "GET /cluster-name": answered("The broker's name.", "table"),
    "PUT /cluster-name": done("Name the broker.", "NameBody"),
    "GET /extensions": answered("What this API can do beyond RabbitMQ's: `postroom.capabilities`.", "[table]"),
    "GET /nodes": listed("The one node.", "Node", *RANGES),
    "GET /nodes/{node}": shown("The node.", "Node", "memory", *RANGES),
    "GET /nodes/{node}/memory": answered("Memory by what it is used for, in bytes.", "table"),
    "GET /nodes/{node}/memory/relative": answered("The same in percent.", "table"),
    "GET /nodes/{node}/memory/ets": answered("Of the Erlang machine: not available.", "table"),
    "GET /nodes/{node}/memory/ets/{filter}": answered("Of the Erlang machine: not available.", "table"),
    "GET /nodes/{node}/memory/ets/{filter}/relative": answered("Of the Erlang machine: not available.", "table"),
    "DELETE /reset": done("Forget the statistics."),
    "DELETE /reset/{node}": done("Forget the statistics of the node."),
    "GET /feature-flags": listed("None: this broker has no flags.", "table"),
    "PUT /feature-flags/{name}/enable": done("Always refused: there are no flags.", "AnyBody"),
    "GET /deprecated-features": listed("None.", "table"),
    "GET /deprecated-features/used": listed("None.", "table"),
    "POST /rebalance/queues": done("Nothing to do on one node."),
    "GET /metrics": Operation("Numbers for Prometheus, added up.", {200: "text"}),
    "GET /metrics/per-object": Operation("Numbers for Prometheus, object by object.", {200: "text"}),
    "GET /metrics/detailed": Operation(
        "Numbers for Prometheus: chosen families and vhosts.", {200: "text"}, query=("family", "vhost")
    ),
    "GET /openapi.json": answered("This description. No login.", "table"),
    "GET /index.html": Operation("This description as a page. No login.", {200: "text"}),
    "GET /": Operation("The same.", {200: "text"}),
}

VHOSTS: dict[str, Operation] = {
    "GET /vhosts": paged("Vhosts that the user sees.", "Vhost", *RANGES),
    "GET /vhosts/{vhost}": shown("One vhost.", "Vhost", *RANGES),
    "PUT /vhosts/{vhost}": put("Make a vhost, or describe it anew.", "VhostBody"),
    "DELETE /vhosts/{vhost}": Operation("Delete a vhost with everything in it.", {204: None, 412: "Error"}),
    "POST /vhosts/{vhost}/deletion/protection": done("Refuse to delete it from now on."),
    "DELETE /vhosts/{vhost}/deletion/protection": done("Let it be deleted again."),
    "POST /vhosts/{vhost}/start/{node}": done("Nothing to do: every vhost runs."),
    "GET /vhosts/{vhost}/permissions": listed("Who may do what in a vhost.", "Permission"),
    "GET /vhosts/{vhost}/topic-permissions": listed("Who may use which routing keys in a vhost.", "TopicPermission"),
}

ACCESS: dict[str, Operation] = {
    "GET /whoami": answered("The user who asks.", "Whoami"),
    "POST /login": answered("Look at a name and a password from a form.", "text", "LoginForm"),
    "DELETE /login": done("Nothing to do: there are no sessions."),
    "GET /auth": answered("How to log in. No login.", "table"),
    "GET /auth/hash_password/{password}": answered("Hash a password as RabbitMQ does.", "{text}"),
    "GET /auth/attempts/{node}": answered("Attempts to log in.", "[Attempts]"),
    "DELETE /auth/attempts/{node}": done("Count them from 0."),
    "GET /auth/attempts/{node}/source": answered("None: they are not counted by address here.", "[Attempts]"),
    "DELETE /auth/attempts/{node}/source": done("Count them from 0."),
    "GET /users": paged("All users.", "User"),
    "GET /users/without-permissions": paged("Users that may enter no vhost.", "User"),
    "POST /users/bulk-delete": done("Delete many users.", "UsersBody"),
    "GET /users/{user}": shown("One user.", "User"),
    "PUT /users/{user}": put("Make or change a user.", "UserBody"),
    "DELETE /users/{user}": done("Delete a user; its connections end."),
    "GET /users/{user}/permissions": listed("What a user may do.", "Permission"),
    "GET /users/{user}/topic-permissions": listed("Which routing keys a user may use.", "TopicPermission"),
    "GET /permissions": listed("Who may do what.", "Permission"),
    "GET /permissions/{vhost}/{user}": shown("What a user may do in a vhost.", "Permission"),
    "PUT /permissions/{vhost}/{user}": put("Let a user into a vhost.", "PermissionBody"),
    "DELETE /permissions/{vhost}/{user}": done("Keep a user out of a vhost."),
    "GET /topic-permissions": listed("Who may use which routing keys.", "TopicPermission"),
    "GET /topic-permissions/{vhost}/{user}": listed("Which routing keys a user may use in a vhost.", "TopicPermission"),
    "PUT /topic-permissions/{vhost}/{user}": put("Bind a user to routing keys.", "TopicPermissionBody"),
    "DELETE /topic-permissions/{vhost}/{user}": done("Allow all routing keys again."),
    "DELETE /topic-permissions/{vhost}/{user}/{exchange}": done("The same, at one exchange."),
    "GET /user-limits": listed("Limits of users.", "UserLimits"),
    "GET /user-limits/{user}": listed("Limits of a user.", "UserLimits"),
    "PUT /user-limits/{user}/{name}": done("Set max-connections or max-channels.", "LimitBody"),
    "DELETE /user-limits/{user}/{name}": done("Lift a limit."),
    "GET /vhost-limits": listed("Limits of vhosts.", "VhostLimits"),
    "GET /vhost-limits/{vhost}": listed("Limits of a vhost.", "VhostLimits"),
    "PUT /vhost-limits/{vhost}/{name}": done("Set max-connections or max-queues.", "LimitBody"),
    "DELETE /vhost-limits/{vhost}/{name}": done("Lift a limit."),
}

RULES: dict[str, Operation] = {
    f"{method} /{kind}{path}": operation
    for kind, what in (("policies", "Policy"), ("operator-policies", "Operator policy"))
    for method, path, operation in (
        ("GET", "", listed(f"{what}: those of all vhosts that the user sees.", "Policy")),
        ("GET", "/{vhost}", listed(f"{what}: those of a vhost.", "Policy")),
        ("GET", "/{vhost}/{name}", shown(f"{what}: one.", "Policy")),
        ("PUT", "/{vhost}/{name}", put(f"{what}: set it; it is in force at once.", "PolicyBody")),
        ("DELETE", "/{vhost}/{name}", done(f"{what}: delete it.")),
    )
} | {
    "GET /parameters": listed("Runtime parameters.", "Parameter"),
    "GET /parameters/{component}": listed("Runtime parameters of a component.", "Parameter"),
    "GET /parameters/{component}/{vhost}": listed("Runtime parameters of a component in a vhost.", "Parameter"),
    "GET /parameters/{component}/{vhost}/{name}": shown("One runtime parameter.", "Parameter"),
    "PUT /parameters/{component}/{vhost}/{name}": put(
        "Set a runtime parameter. Operator policies and limits of the vhost take the tag administrator.", "ValueBody"
    ),
    "DELETE /parameters/{component}/{vhost}/{name}": done(
        "Delete a runtime parameter. Operator policies and limits of the vhost take the tag administrator."
    ),
    "GET /global-parameters": listed("Parameters of no vhost.", "GlobalParameter"),
    "GET /global-parameters/{name}": shown("One of them.", "GlobalParameter"),
    "PUT /global-parameters/{name}": put("Set one of them; `cluster_name` takes the tag administrator.", "ValueBody"),
    "DELETE /global-parameters/{name}": done("Delete one of them; `cluster_name` takes the tag administrator."),
    "GET /definitions": answered("Everything that was declared.", "Definitions", None, "download"),
    "POST /definitions": done("Take over what a file says: tried first, then all of it or nothing.", "Definitions"),
    "GET /all-configuration": answered("The old name of /definitions.", "Definitions", None, "download"),
    "POST /all-configuration": done("The old name of /definitions.", "Definitions"),
    "GET /definitions/{vhost}": answered("Everything that was declared in a vhost.", "Definitions", None, "download"),
    "POST /definitions/{vhost}": done("Take over what a file says of a vhost.", "Definitions"),
}

CHECKS = "/health/checks"
LEADERS = f"{CHECKS}/quorum-queues-without-elected-leaders"
HEALTH: dict[str, Operation] = {
    "GET /aliveness-test/{vhost}": check("Declare, publish, get."),
    f"GET {CHECKS}/alarms": check("Whether memory or disk is short."),
    f"GET {CHECKS}/local-alarms": check("The same, of this node."),
    f"GET {CHECKS}/port-listener/{{port}}": check("Whether somebody listens at a port."),
    f"GET {CHECKS}/protocol-listener/{{protocol}}": check("Whether somebody listens for a protocol."),
    f"GET {CHECKS}/virtual-hosts": check("Whether all vhosts run."),
    f"GET {CHECKS}/certificate-expiration/{{within}}/{{unit}}": check("Whether a certificate ends soon."),
    f"GET {CHECKS}/node-is-quorum-critical": check("Of replicas: always ok."),
    f"GET {CHECKS}/node-is-mirror-sync-critical": check("Of replicas: always ok."),
    f"GET {CHECKS}/metadata-store/initialized": check("Whether the broker is there."),
    f"GET {CHECKS}/metadata-store/initialized/with-data": check("Whether the broker is there."),
    f"GET {CHECKS}/is-in-service": check("Whether the broker is there. No login."),
    f"GET {CHECKS}/below-node-connection-limit": check("Whether more may connect. No login."),
    f"GET {CHECKS}/ready-to-serve-clients": check("Whether the broker is there. No login."),
    f"GET {CHECKS}/reached-target-cluster-size": check("Of clusters: always ok. No login."),
    f"GET {LEADERS}/all-vhosts": check("Of replicas: always ok."),
    f"GET {LEADERS}/all-vhosts/pattern/{{pattern}}": check("Of replicas: always ok."),
    f"GET {LEADERS}/vhost/{{vhost}}": check("Of replicas: always ok."),
    f"GET {LEADERS}/vhost/{{vhost}}/pattern/{{pattern}}": check("Of replicas: always ok."),
    "GET /healthchecks/node": check("Whether the broker is there."),
    "GET /healthchecks/node/{node}": check("Whether the broker is there."),
}

OPERATIONS = {**BROKER, **VHOSTS, **ACCESS, **RULES, **HEALTH}
