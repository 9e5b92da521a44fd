"""The broker as a whole: its name, its node, its health, logging in, media types and methods."""

from __future__ import annotations

from tests.brokerctl.management.parity.reasons import HIDDEN_500, NEWER
from tests.brokerctl.management.parity.requests import Answer

FORM = {"content-type": "application/x-www-form-urlencoded"}

CHECKS_OF_4 = (
    "metadata-store/initialized",
    "metadata-store/initialized/with-data",
    "is-in-service",
    "below-node-connection-limit",
    "ready-to-serve-clients",
    "reached-target-cluster-size",
    "quorum-queues-without-elected-leaders/all-vhosts",
    "quorum-queues-without-elected-leaders/all-vhosts/pattern/x",
    "quorum-queues-without-elected-leaders/vhost/{vhost}",
    "quorum-queues-without-elected-leaders/vhost/{vhost}/pattern/x",
)

STORIES: dict[str, list[Answer]] = {
    "asking for health": [
        Answer("GET", "/vhosts/nowhere"),
        Answer("DELETE", "/vhosts/nowhere"),
        Answer("GET", "/aliveness-test/nowhere"),
        Answer("GET", "/health/checks/port-listener/1"),
        Answer("GET", "/health/checks/port-listener/x"),
        Answer("GET", "/health/checks/protocol-listener/mqtt"),
        Answer(
            "GET", "/health/checks/port-listener/99999", ours=400, differs="a port that cannot be is said to be none"
        ),
        Answer("GET", "/health/checks/protocol-listener/amqp0.9.1"),
        Answer("GET", "/health/checks/protocol-listener/management"),
        Answer("GET", "/health/checks/protocol-listener/https"),
        Answer("GET", "/health/checks/protocol-listener/amqp,http", ours=200, differs=NEWER),
        Answer("GET", "/health/checks/protocol-listener/amqp1.0", ours=503, differs="AMQP 1.0 is not spoken"),
        Answer("GET", "/health/checks/protocol-listener/clustering", ours=503, differs="one node"),
        Answer("GET", "/health/checks/certificate-expiration/1/weeks"),
        Answer("GET", "/health/checks/certificate-expiration/x/weeks"),
        Answer("GET", "/health/checks/certificate-expiration/1/wat"),
        Answer("GET", "/health/checks/local-alarms"),
        Answer("GET", "/health/checks/virtual-hosts"),
        Answer("GET", "/health/checks/node-is-mirror-sync-critical"),
        Answer("GET", "/healthchecks/node"),
        Answer("GET", "/healthchecks/node/{node}"),
        Answer("GET", "/healthchecks/node/nope"),
        *(Answer("GET", f"/health/checks/{name}", ours=200, differs=NEWER) for name in CHECKS_OF_4),
    ],
    "naming the broker": [
        Answer("PUT", "/cluster-name", {"name": "parity"}),
        Answer("GET", "/cluster-name"),
        Answer("PUT", "/cluster-name", {}),
        Answer("PUT", "/cluster-name", {"name": 7}, ours=400, differs=HIDDEN_500),
        Answer("PUT", "/cluster-name", raw="{"),
        Answer("DELETE", "/global-parameters/cluster_name"),
        Answer("GET", "/version", ours=200, differs=NEWER),
        Answer("PUT", "/feature-flags/nope/enable", {}),
        Answer("GET", "/deprecated-features", ours=200, differs=NEWER),
        Answer("GET", "/deprecated-features/used", ours=200, differs=NEWER),
        Answer("DELETE", "/reset/nope"),
        Answer("POST", "/rebalance/queues"),
        Answer("POST", "/rebalance/queues", headers={"accept": "application/json"}),
    ],
    "counting logins": [
        Answer("GET", "/auth/attempts/{node}"),
        Answer("GET", "/auth/attempts/nope"),
        Answer("GET", "/auth/attempts/{node}/source"),
        Answer("GET", "/auth/attempts/nope/source"),
        Answer("DELETE", "/auth/attempts/{node}/source"),
        Answer("DELETE", "/auth/attempts/{node}"),
        Answer("DELETE", "/auth/attempts/nope"),
    ],
    "logging in": [
        Answer("POST", "/login", raw="username=guest&password=guest", headers=FORM),
        Answer("POST", "/login", raw="username=guest&password=wrong", headers=FORM),
        Answer("POST", "/login", raw="username=guest", headers=FORM),
        Answer("POST", "/login", raw="", headers=FORM),
        Answer("POST", "/login", {"username": "guest"}, ours=415, differs="what is no form is said to be none"),
        Answer("GET", "/login"),
        Answer("DELETE", "/login", ours=204, differs=NEWER),
        Answer("GET", "/overview", headers={"authorization": "Basic Z3Vlc3Q6d3Jvbmc="}),
        Answer("GET", "/overview", headers={"authorization": "Basic !"}),
        Answer("GET", "/overview", headers={"authorization": "Digest x"}),
    ],
    "asking in other ways": [
        Answer("GET", "/cluster-name", headers={"accept": "text/html"}),
        Answer(
            "GET",
            "/cluster-name",
            headers={"accept": "application/bert"},
            ours=406,
            differs="BERT is Erlang's; JSON is spoken here",
        ),
        Answer("GET", "/cluster-name", headers={"accept": "text/html, application/json;q=0.5"}),
        Answer("GET", "/cluster-name", headers={"accept": "application/*"}),
        Answer("GET", "/cluster-name/"),
        Answer("GET", "/queues/{vhost}/?columns=name"),
        Answer("GET", "/queues//"),
        Answer("GET", "/queues/{vhost}/bu+sy"),
        Answer("OPTIONS", "/queues/{vhost}/busy"),
        Answer("HEAD", "/queues/{vhost}/busy"),
        Answer("HEAD", "/queues/{vhost}/nope"),
        Answer("PATCH", "/queues/{vhost}/busy"),
        Answer("POST", "/vhosts"),
        Answer("DELETE", "/overview"),
        Answer("OPTIONS", "/wat", ours=404, differs="a path that is none has no methods"),
        Answer("PATCH", "/wat", ours=404, differs="a path that is none has no methods"),
    ],
    "asking for plugins that are not there": [
        Answer("GET", "/traces"),
        Answer("GET", "/trace-files"),
        Answer("GET", "/top/{node}"),
        Answer("GET", "/stream/connections"),
        Answer("GET", "/connections/x/sessions"),
        Answer("GET", "/queues/quorum/{vhost}/busy/status"),
        Answer("GET", "/config/effective"),
    ],
    # The last of all: what is shown to others is made of these.
    "forgetting statistics": [
        Answer("DELETE", "/reset/{node}"),
        Answer("DELETE", "/reset"),
    ],
}
