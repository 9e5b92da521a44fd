from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pika.exchange_type import ExchangeType

from dashboard import brokers
from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, api, declare, look
from tests.support.embedded import EmbeddedBroker

ROW = re.compile(r'data-row="([^"]*)"')


def shown(user: User, **query: Any) -> list[str]:
    """Names of the listed queues, in their order."""
    answer = browser(user).get(reverse("queues", args=["bench"]), query)
    assert answer.status_code == 200
    return [row.rpartition("/")[2] for row in ROW.findall(answer.content.decode())]


@pytest.fixture
def three(real: EmbeddedBroker, broker: Broker) -> Broker:
    """Queues of a prefix of their own: the broker is shared."""
    declare(real, "three-a", bodies=(b"1",) * 3)
    declare(real, "three-b", bodies=(b"1",) * 2, arguments={"x-dead-letter-exchange": ""})
    declare(real, "three-c", vhost=OTHER_VHOST)
    look(broker)
    return broker


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("three", ["three-a", "three-b", "three-c"]),
        ("THREE-B", ["three-b"]),
        ("three ready>2", ["three-a"]),
        ("three ready<=2", ["three-b", "three-c"]),
        ("three -ready:0", ["three-a", "three-b"]),
        ("three dlx:yes", ["three-b"]),
        ("three vhost:other", ["three-c"]),
        ("three state:idle consumers:0", ["three-a", "three-b", "three-c"]),
    ],
)
def test_the_filter_keeps_what_it_says(text: str, names: list[str], three: Broker, owner: User) -> None:
    assert sorted(shown(owner, q=text)) == names


def test_a_tab_says_how_many_queues_it_has(three: Broker, owner: User) -> None:
    text = browser(owner).get(reverse("queues", args=["bench"]), {"vhost": OTHER_VHOST}).content.decode()

    counts = dict(re.findall(r'>([^<>]+) <span class="tabs__n">(\d+)</span>', text))
    assert counts["All"] == counts["Idle"] != "0"
    assert counts["Needs attention"] == counts["No consumers"] == "0"


@pytest.mark.parametrize("page", ["queues", "exchanges"])
def test_a_vhost_can_be_chosen_though_it_is_empty(page: str, three: Broker, owner: User, real: EmbeddedBroker) -> None:
    with api(real) as asked:
        asked.put("/vhosts/empty").raise_for_status()
    look(three)

    text = browser(owner).get(reverse(page, args=["bench"]), {"vhost": "gone"}).content.decode()

    with api(real) as asked:
        asked.delete("/vhosts/empty").raise_for_status()
    assert "<option>empty</option>" in text
    assert "<option selected>gone</option>" in text


def test_a_term_that_is_not_understood_is_named(three: Broker, owner: User) -> None:
    answer = browser(owner).get(reverse("queues", args=["bench"]), {"q": "ready>many"})

    assert answer.status_code == 200
    assert "many is not a number for ready." in answer.content.decode()


def test_columns_sort_both_ways_and_nonsense_sorts_by_state(three: Broker, owner: User) -> None:
    assert shown(owner, q="three", sort="-ready") == ["three-a", "three-b", "three-c"]
    assert shown(owner, q="three", sort="ready") == ["three-c", "three-b", "three-a"]
    assert shown(owner, q="three", sort="-name") == ["three-c", "three-b", "three-a"]
    assert shown(owner, q="three", sort="password") == ["three-a", "three-b", "three-c"]


def test_a_vhost_is_chosen(three: Broker, owner: User) -> None:
    assert shown(owner, q="three", vhost=OTHER_VHOST) == ["three-c"]


def test_a_member_is_not_told_of_other_vhosts(three: Broker) -> None:
    user = member(three, Role.VIEWER, OTHER_VHOST)

    assert shown(user, q="three") == ["three-c"]
    assert "three-a" not in browser(user).get(reverse("queues", args=["bench"])).content.decode()


def test_a_page_has_a_hundred_rows_and_a_number_beyond_the_last_shows_the_last(three: Broker, owner: User) -> None:
    taken = brokers.snapshot(three)
    row = taken.queues["/", "three-a"]
    many = {
        ("/", f"many{number:03}"): replace(row, queue=replace(row.queue, name=f"many{number:03}"))
        for number in range(205)
    }
    brokers.remember(three.pk, replace(taken, queues=many))

    pages = [shown(owner, sort="name", page=number) for number in ("1", "2", "3", "4", "0", "-1", "x", "9" * 40)]

    assert [len(page) for page in pages] == [100, 100, 5, 5, 100, 100, 100, 100]
    assert pages[1][0] == "many100"


def test_a_queue_shows_bindings_consumers_and_arguments(real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    name = declare(real, arguments={"x-max-length": 77})
    with real.connect() as connection:
        channel = connection.channel()
        channel.exchange_declare(f"{name}.x", ExchangeType.topic)
        channel.queue_bind(name, f"{name}.x", "order.*")
        channel.basic_consume(name, lambda *_: None, consumer_tag="the-tag")

        answer = browser(owner).get(reverse("queue", args=["bench", "/", name]))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert all(part in text for part in (f"{name}.x", "order.*", "the-tag", "x-max-length", "77"))


@pytest.mark.parametrize("name", ["a/b", "..", ".", "ü x", "100%", "<script>", "a:b~c", "q?#&"])
def test_a_queue_of_any_name_has_its_page(name: str, real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    declare(real, name)
    look(broker)

    answer = browser(owner).get(reverse("queue", args=["bench", "/", name]))

    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().partition("<title>")[2].partition("</title>")[0]
    assert shown(owner, q=name.split()[0])


def test_a_queue_that_is_not_there_is_a_404_with_its_name(broker: Broker, owner: User) -> None:
    answer = browser(owner).get(reverse("queue", args=["bench", "/", "nowhere"]))

    assert answer.status_code == 404
    assert "There is no queue nowhere in vhost / on bench." in answer.content.decode()


def test_a_known_queue_of_a_broker_that_went_away_keeps_its_page(
    real: EmbeddedBroker, unreachable: Broker, broker: Broker, owner: User
) -> None:
    declare(real, "kept")
    brokers.remember(unreachable.pk, look(broker))
    look(unreachable)

    answer = browser(owner).get(reverse("queue", args=["gone", "/", "kept"]))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "gone does not answer." in text
    assert "Not known: the broker did not answer." in text


@pytest.mark.parametrize("page", ["queue", "exchange"])
def test_what_was_never_seen_on_a_broker_that_is_away_is_not_called_missing(
    page: str, unreachable: Broker, owner: User
) -> None:
    answer = browser(owner).get(reverse(page, args=["gone", "/", "never-seen"]))

    assert answer.status_code == 502
    assert "The broker does not answer" in answer.content.decode()


def test_exchanges_are_listed_filtered_and_shown(real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    with api(real) as asked:
        asked.put("/exchanges/%2F/views.x", json={"type": "topic"}).raise_for_status()
    look(broker)

    listed = browser(owner).get(reverse("exchanges", args=["bench"]), {"q": "VIEWS.", "vhost": "/"}).content.decode()
    one = browser(owner).get(reverse("exchange", args=["bench", "/", "views.x"]))
    default = browser(owner).get(reverse("exchange", args=["bench", "/", ""]))
    missing = browser(owner).get(reverse("exchange", args=["bench", "/", "views.y"]))

    assert ROW.findall(listed) == ["~2F/views.x"]
    assert one.status_code == default.status_code == 200
    assert "Every queue is bound to it by its own name" in default.content.decode()
    assert missing.status_code == 404
    assert "There is no exchange views.y in vhost / on bench." in missing.content.decode()


def test_exchanges_of_other_vhosts_are_not_listed(real: EmbeddedBroker, broker: Broker) -> None:
    look(broker)
    user = member(broker, Role.VIEWER, OTHER_VHOST)

    text = browser(user).get(reverse("exchanges", args=["bench"])).content.decode()

    assert {row.partition("/")[0] for row in ROW.findall(text)} == {"other"}
    assert "in 1 vhost<" in text
