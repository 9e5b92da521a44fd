"""What a broker kept of the past of one thing, as a table: of the embedded broker and of a RabbitMQ."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from brokerctl.clients.models import Channel
from dashboard import brokers
from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_for, wait_until

HEAD = re.compile(r'<th scope="col"[^>]*>(.*?)</th>')


def head_and_rows(user: User, page: str, *args: str) -> tuple[list[str], int]:
    answer = browser(user).get(reverse(page, args=args))
    assert answer.status_code == 200
    text = answer.content.decode()
    return HEAD.findall(text), text.count('<tr><th scope="row">')


def test_a_node_a_vhost_and_an_exchange_have_what_the_broker_kept(bench: Broker, place: Place, owner: User) -> None:
    node = place.client.nodes()[0].name
    queue = place.queue()
    place.fill(queue, [b"kept"])

    # More than the one row of now: the broker's own samples are there.
    wait_until(lambda: head_and_rows(owner, "node-history", "bench", node)[1] > 1)
    wait_until(lambda: head_and_rows(owner, "vhost-history", "bench", VHOST)[1] > 1)
    wait_until(lambda: head_and_rows(owner, "broker-rates", "bench")[1] > 0)

    heads = {
        page: head_and_rows(owner, page, "bench", *names)[0]
        for page, names in {
            "node-history": (node,),
            "vhost-history": (VHOST,),
            "exchange-history": (VHOST, ""),
            "broker-rates": (),
        }.items()
    }
    assert heads["node-history"][:5] == ["Time", "Memory", "Disk free", "File descriptors", "Sockets"]
    assert heads["vhost-history"] == [
        *("Time", "Ready", "Unacked", "In/s", "Out/s", "Ack/s"),
        *("From clients/s", "To clients/s"),
    ]
    assert heads["broker-rates"][:3] == ["Time", "Confirmed/s", "Returned/s"]
    # An exchange that carried nothing yet has no numbers.
    assert heads["exchange-history"] in ([], ["Time", "In/s", "Out/s"])


def test_a_channel_and_a_connection_have_theirs_and_exist_for_their_vhost_only(
    bench: Broker, place: Place, owner: User
) -> None:
    here, elsewhere = member(bench, Role.VIEWER, VHOST), member(bench, Role.VIEWER, OTHER_VHOST)
    # A RabbitMQ still tells of channels that have just ended.
    others = {each.name for each in brokers.client(bench).channels()}
    with place.channel() as channel:
        channel.basic_get(place.queue(), auto_ack=True)
        found = wait_for(lambda: _channel(bench, others))
        pages = {"channel-history": found.name, "connection-history": found.connection_name}

        for page, name in pages.items():
            address = reverse(page, args=["bench", name])
            wait_until(lambda address=address: browser(here).get(address).status_code == 200)  # type: ignore[misc]
            assert browser(elsewhere).get(address).status_code == 404
        wait_until(lambda: head_and_rows(owner, "connection-history", "bench", found.connection_name)[1] > 0)


def _channel(broker: Broker, others: set[str]) -> Channel | None:
    found = brokers.client(broker).channels()
    return next((each for each in found if each.vhost == VHOST and each.name not in others), None)


@pytest.mark.parametrize("page", ["broker-rates", "node-history"])
def test_what_is_of_the_whole_broker_is_for_those_who_see_all_of_it(page: str, broker: Broker, owner: User) -> None:
    names = ["bench", brokers.client(broker).nodes()[0].name][: 1 if page == "broker-rates" else 2]

    assert browser(member(broker, Role.ADMIN)).get(reverse(page, args=names)).status_code == 404
    assert browser(owner).get(reverse(page, args=names)).status_code == 200


def test_what_is_not_there_is_told_so(broker: Broker, owner: User) -> None:
    answer = browser(owner).get(reverse("exchange-history", args=["bench", "/", "no.such"]))

    assert answer.status_code == 404
    assert "There is no exchange no.such" in answer.content.decode()
