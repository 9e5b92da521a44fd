"""/api/vhosts."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Vhost
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def vhosts(http: Http) -> list[Vhost]:
    """GET /api/vhosts: those the user can see."""
    return [parse(item) for item in http.get_list("vhosts")]


def vhost(http: Http, name: str) -> Vhost:
    """GET /api/vhosts/name."""
    return parse(http.get_object("vhosts", name))


def put(http: Http, vhost: Vhost) -> None:
    """PUT /api/vhosts/name. What is not set is not sent: older versions refuse keys that they do not know."""
    body: Json = {"description": vhost.description, "tags": ",".join(vhost.tags), "tracing": vhost.is_traced}
    if vhost.default_queue_type:
        body["default_queue_type"] = vhost.default_queue_type
    http.put("vhosts", vhost.name, body=body)


def delete(http: Http, name: str) -> None:
    """DELETE /api/vhosts/name, with everything in it."""
    http.delete("vhosts", name)


def protect(http: Http, name: str, is_protected: bool) -> None:
    """POST or DELETE /api/vhosts/name/deletion/protection: RabbitMQ 4 and the embedded broker."""
    where = "vhosts", name, "deletion", "protection"
    if is_protected:
        http.post(*where, body={})
    else:
        http.delete(*where)


def start(http: Http, name: str, node: str) -> None:
    """POST /api/vhosts/name/start/node; one that runs already is left alone."""
    http.post("vhosts", name, "start", node, body={})


def parse(item: Json) -> Vhost:
    metadata = read.table(item, "metadata")
    return Vhost(
        name=read.text(item, "name"),
        description=read.text(item, "description") or read.text(metadata, "description"),
        messages_ready=read.number(item, "messages_ready"),
        messages_unacknowledged=read.number(item, "messages_unacknowledged"),
        tags=read.words(item, "tags") or read.words(metadata, "tags"),
        default_queue_type=_known(read.text(item, "default_queue_type")),
        is_protected=read.flag(item, "protected_from_deletion"),
        is_traced=read.flag(item, "tracing"),
        cluster_state={node: str(state) for node, state in read.table(item, "cluster_state").items()},
        counters=read.counters(item),
        rates=read.rates(item),
        traffic=read.traffic(item),
    )


def _known(queue_type: str) -> str:
    return "" if queue_type == "undefined" else queue_type
