"""A broker as a whole and its nodes: what their pages chart and say, over real brokers."""

from __future__ import annotations

from django.contrib.auth.models import User

from dashboard.models import Broker
from tests.dashboard.people import browser
from tests.dashboard.places import declare
from tests.support.embedded import EmbeddedBroker

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
