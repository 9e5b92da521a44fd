"""A broker as a whole and its nodes: what their pages chart and say, over real brokers."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard import brokers
from dashboard.looks import look
from dashboard.models import Broker
from tests.dashboard.people import browser
from tests.dashboard.places import declare, register
from tests.support.brokers import Place
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import wait_until

NODES = "/brokers/bench/nodes/"


def test_a_broker_has_charts_of_what_is_kept_and_of_what_it_counts(
    real: EmbeddedBroker, broker: Broker, owner: User
) -> None:
    queue = declare(real, bodies=(b"x",))
    with real.connect() as connection:
        connection.channel().basic_get(queue, auto_ack=True)

    page = browser(owner).get(NODES).content.decode()

    for kind in ("queued", "rates"):
        chart = f'<rate-chart past="/brokers/bench/history/" feed="broker:bench" kind="{kind}"'
        assert chart in page
    assert '<rate-chart feed="nodes:bench" kind="broker-get"' in page
    assert 'href="/brokers/bench/history/?view=table&amp;range=10m"' in page
    # It counts no message's way to the disk.
    assert "broker-disk" not in page


def test_a_node_has_what_its_http_server_has_and_the_versions_of_its_plugins(
    place: Place, bench: Broker, owner: User
) -> None:
    node = place.client.nodes()[0].name
    wait_until(lambda: bool(place.client.node(node).web_contexts))

    page = browser(owner).get(reverse("node", args=["bench", node])).content.decode()

    web = page.partition("What its HTTP server has where</caption>")[2].partition("</table>")[0]
    assert f'<td class="num mono">{place.address.api_port}</td>' in web
    if not place.is_embedded:
        assert re.search(r'>rabbitmq_shovel <span class="dim">3\.[0-9.]+</span>', page)


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
def test_what_a_broker_is_set_not_to_count_is_said(their_place: Place, rabbitmq: RabbitMQ, owner: User) -> None:
    brokers.forget(register(rabbitmq).pk)
    mine = browser(owner)
    assert "Rates are off" not in mine.get(NODES).content.decode()

    rabbitmq.evaluate("application:set_env(rabbitmq_management_agent, rates_mode, none).")
    try:
        look.outdate("bench")
        assert their_place.client.overview().rates_mode == "none"
        assert "Rates are off: lengths are known and rates are not" in mine.get(NODES).content.decode()
    finally:
        rabbitmq.evaluate("application:set_env(rabbitmq_management_agent, rates_mode, basic).")
