"""The page of the map: for whom, with what in its address, and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, look
from tests.support.embedded import EmbeddedBroker

NODE = re.compile(r'data-node="([^"]*)"')
EDGE = re.compile(r'data-edge="([^"]*)"')


@pytest.fixture
def wired(real: EmbeddedBroker, broker: Broker) -> Iterator[Broker]:
    """A shop, in the main vhost, and one queue in the other."""
    with real.connect() as connection, real.connect(OTHER_VHOST) as elsewhere:
        channel, other = connection.channel(), elsewhere.channel()
        channel.exchange_declare("shop.in", "topic", arguments={"alternate-exchange": "shop.rest"})
        channel.exchange_declare("shop.rest", "fanout")
        channel.exchange_declare("shop.alone", "direct")
        channel.queue_declare("shop.orders", arguments={"x-dead-letter-exchange": "shop.rest"})
        channel.queue_declare("shop.leftover")
        channel.queue_declare("shop.unbound")
        channel.queue_bind("shop.orders", "shop.in", "order.#")
        channel.queue_bind("shop.leftover", "shop.rest")
        other.queue_declare("shop.other")
        look(broker)
        yield broker
        for name in ("shop.in", "shop.rest", "shop.alone"):
            channel.exchange_delete(name)
        for name in ("shop.orders", "shop.leftover", "shop.unbound"):
            channel.queue_delete(name)
        other.queue_delete("shop.other")


def text(user: User, **query: Any) -> str:
    answer = browser(user).get(reverse("topology", args=["bench"]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def nodes(html: str) -> set[str]:
    return {each.rpartition("/")[2] for each in NODE.findall(html)}


def test_map_shows_what_is_asked_for_with_all_it_is_tied_to(wired: Broker, owner: User) -> None:
    assert nodes(text(owner, q="shop.")) >= {"shop.in", "shop.rest", "shop.orders", "shop.unbound", "shop.other"}
    assert nodes(text(owner, q="shop.orders")) == {"shop.in", "shop.rest", "shop.orders", "shop.leftover"}
    assert nodes(text(owner, q="shop.", vhost=OTHER_VHOST)) == {"shop.other"}
    assert nodes(text(owner, focus="queue/~2F/shop.leftover")) == {
        "shop.in",
        "shop.rest",
        "shop.orders",
        "shop.leftover",
    }
    assert "Nothing matches" in text(owner, q="no.such.name")


def test_edges_are_the_bindings_alternates_and_dead_letters_of_the_broker(wired: Broker, owner: User) -> None:
    edges = set(EDGE.findall(text(owner, q="shop.orders").replace("&gt;", ">")))

    assert edges == {
        "exchange/~2F/shop.in>queue/~2F/shop.orders>binding",
        "exchange/~2F/shop.in>exchange/~2F/shop.rest>alternate",
        "exchange/~2F/shop.rest>queue/~2F/shop.leftover>binding",
        "queue/~2F/shop.orders>exchange/~2F/shop.rest>dead-letter",
    }
    hidden = EDGE.findall(text(owner, q="shop.orders", dead="no").replace("&gt;", ">"))
    assert "queue/~2F/shop.orders>exchange/~2F/shop.rest>dead-letter" not in hidden


def test_table_says_the_same_as_the_map(wired: Broker, owner: User) -> None:
    table = text(owner, q="shop.orders", view="table").replace("&gt;", ">")

    assert '<svg class="flow' not in table
    assert set(EDGE.findall(table)) == set(EDGE.findall(text(owner, q="shop.orders").replace("&gt;", ">")))
    assert "order.#" in table


def test_chosen_node_explains_itself_and_says_what_can_be_done(wired: Broker, owner: User) -> None:
    queue = text(owner, q="shop.", node="queue/~2F/shop.orders")
    exchange = text(owner, q="shop.", node="exchange/~2F/shop.alone")

    assert re.search(r'<h2 id="chosen-name"[^>]*>shop.orders<', queue)
    assert "shop.in (order.#)" in queue
    assert reverse("queue", args=["bench", "/", "shop.orders"]) in queue
    assert "It has no bindings" in exchange
    assert "Try a message" in exchange


@pytest.mark.parametrize(
    ("exchange", "key", "headers", "says"),
    [
        ("~2F/shop.in", "order.new", "", "It reaches 1 queue."),
        ("~2F/shop.in", "other", "", "no binding takes it; its alternate exchange is shop.rest"),
        ("~2F/shop.alone", "x", "", "Unroutable. shop.alone has no bindings, and it has no alternate exchange."),
        ("~2F/", "shop.unbound", "", "It reaches 1 queue."),
        ("~2F/", "shop.nobody", "", "there is no queue shop.nobody"),
        ("~2F/shop.in", "order.new", "no colon", "this line is neither: no colon"),
        ("~2F/shop.gone", "", "", "There is no exchange shop.gone"),
        ("nonsense", "", "", "nonsense is not vhost/name"),
    ],
)
def test_simulator_tells_where_a_message_goes_or_why_not(
    exchange: str, key: str, headers: str, says: str, wired: Broker, owner: User
) -> None:
    html = text(owner, **{"from": exchange, "key": key, "headers": headers})

    assert says in html.replace("&#x27;", "'")


def test_way_of_a_simulated_message_is_marked_and_drawn_whatever_was_searched_for(wired: Broker, owner: User) -> None:
    html = text(owner, q="no.such", **{"from": "~2F/shop.in", "key": "order.1"})

    assert nodes(html) == {"shop.in", "shop.orders"}
    assert html.count("is-path") == 4  # two nodes, a band and its label


def test_what_leads_nowhere_is_listed_and_can_be_shown_alone(wired: Broker, owner: User) -> None:
    lost = text(owner).partition('id="lost-head"')[2]

    assert "shop.alone" in lost
    assert "shop.orders" not in lost
    # Of queues the tests before may have left more than are listed.
    assert nodes(text(owner, orphans="1", q="shop.")) == {"shop.alone", "shop.unbound", "shop.other"}


def test_member_of_one_vhost_sees_nothing_of_others_and_strangers_nothing(
    wired: Broker, owner: User, stranger: User
) -> None:
    mine = member(wired, Role.VIEWER, vhost=OTHER_VHOST)

    html = text(mine, q="shop.")

    assert nodes(html) == {"shop.other"}
    assert "shop.in" not in html
    assert "There is no exchange shop.in" in text(mine, **{"from": "~2F/shop.in", "key": "order.new"})
    assert browser(stranger).get(reverse("topology", args=["bench"])).status_code == 404


def test_broker_that_does_not_answer_shows_what_was_last_known(unreachable: Broker, owner: User) -> None:
    answer = browser(owner).get(reverse("topology", args=["gone"]))

    assert answer.status_code == 200
    assert "Nothing to draw yet" in answer.content.decode()


def test_page_of_an_exchange_and_of_a_queue_lead_to_their_place_on_the_map(wired: Broker, owner: User) -> None:
    for kind, name in (("queue", "shop.orders"), ("exchange", "shop.in")):
        html = browser(owner).get(reverse(kind, args=["bench", "/", name])).content.decode()

        assert f"{reverse('topology', args=['bench'])}?focus={kind}/~2F/{name}" in html
