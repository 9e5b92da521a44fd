"""What needs somebody: queues, brokers and alarms together, worst first, each with one thing to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from brokerctl.clients.models import Node, Vhost
from dashboard import attention, brokers, verdicts
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.snapshot import BrokerState, QueueRow, Rates, Snapshot
from tests.dashboard.people import browser, member
from tests.dashboard.snapshots import row, snapshot

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(minutes=14)
FULL = {"x-max-length": 10}


def stuck(name: str, ready: int, vhost: str = "/") -> QueueRow:
    return row(name, vhost, messages_ready=ready, no_consumers_since=LONG_AGO)


def node(*, is_full: bool = False) -> Node:
    return Node("rabbit@a", True, 10.0, 900 * 2**20, 800 * 2**20, is_full, 5, 9, False)


def test_critical_things_come_first_brokers_before_queues_and_the_fullest_first() -> None:
    here, gone = Broker(pk=1, slug="here", name="here"), Broker(pk=2, slug="gone", name="gone")
    again = row("again", rates=Rates(deliver=10.0, redeliver=4.0), redelivering_since=LONG_AGO)
    taken = snapshot(stuck("few", 3), again, row("calm"), stuck("many", 9), nodes=(node(is_full=True),))
    away = replace(snapshot(), state=BrokerState.UNREACHABLE, error="refused", failed_at=LONG_AGO)

    found = attention.needs([(here, taken), (gone, away)], NOW, may_test=True)

    assert [(each.broker.slug, each.row.queue.name if each.row else "", each.label) for each in found] == [
        ("here", "", "Largest queues"),
        ("gone", "", "Test connection"),
        ("here", "many", "Show consumers"),
        ("here", "few", "Show consumers"),
        ("here", "again", "Read messages"),
    ]
    assert found[0].verdict.evidence == "memory of rabbit@a: 900.0 MiB of 800.0 MiB in use"
    assert found[0].href == "/brokers/here/queues/?sort=-bytes"
    assert found[2].href == "/brokers/here/~2F/queues/many/#consumers"
    assert (found[4].verdict.text, found[4].since) == ("Redelivering, 40 %", LONG_AGO)
    assert attention.count(taken, NOW) == attention.Count(4, 3)
    assert attention.count(away, NOW) == attention.Count(1, 1)
    assert [each.label for each in attention.needs([(gone, away)], NOW)] == ["Open"]


def test_a_vhost_that_stopped_and_what_is_not_counted_need_somebody() -> None:
    states = {"rabbit@a": "running", "rabbit@b": "stopped"}
    taken = snapshot(vhosts=(Vhost("shop", "", 0, 0, cluster_state=states),))
    assert taken.overview is not None
    blind = replace(taken, overview=replace(taken.overview, has_statistics=False))
    rateless = replace(taken, vhosts=(), overview=replace(taken.overview, rates_mode="none"))
    here = Broker(pk=1, slug="here", name="here")

    found = attention.needs([(here, blind)], NOW)

    assert [(each.verdict.text, each.label, each.href) for each in found] == [
        ("Vhost stopped", "Vhosts", "/brokers/here/vhosts/"),
        ("Statistics are off", "Open", "/brokers/here/queues/"),
    ]
    assert found[0].verdict.evidence.startswith("shop on rabbit@b;")
    assert [each.verdict.text for each in attention.needs([(here, rateless)], NOW)] == ["Rates are off"]
    assert attention.count(replace(blind, state=BrokerState.CONNECTING), NOW) == attention.Count()


@pytest.mark.parametrize(
    ("queue", "evidence"),
    [
        (row(messages_ready=10, arguments=FULL), "10 of 10 ready; the oldest messages are dropped"),
        (
            row(
                messages_ready=4,
                bytes_ready=900,
                arguments={"x-max-length-bytes": 1000, "x-overflow": "reject-publish"},
            ),
            "900 B of 1,000 B ready; new messages are refused",
        ),
    ],
)
def test_a_full_queue_says_what_its_limit_does(queue: QueueRow, evidence: str) -> None:
    verdict = verdicts.judge(queue, NOW)

    assert (verdict.text, verdict.evidence, verdict.step) == ("Full", evidence, verdicts.Step.PARK)


def test_a_queue_far_below_its_bytes_is_not_full() -> None:
    queue = row(messages_ready=4, bytes_ready=700, arguments={"x-max-length-bytes": 1000})

    assert verdicts.judge(queue, NOW).text != "Full"


def test_the_page_and_the_sidebar_tell_only_of_what_somebody_may_see(
    broker: Broker, owner: User, stranger: User
) -> None:
    two: Snapshot = snapshot(stuck("mine", 3, "other"), stuck("theirs", 9), nodes=(node(),))
    brokers.remember(broker.pk, two)
    some = member(broker, Role.VIEWER, "other")
    address = reverse("attention")

    mine, theirs, none = (browser(user).get(address).content.decode() for user in (owner, some, stranger))

    assert "2 things on 1 broker" in mine
    assert mine.index("theirs") < mine.index(">mine<")
    assert "data-attention>2<" in mine
    assert "1 thing on 1 broker" in theirs
    assert "theirs" not in theirs
    assert "data-attention>1<" in theirs
    assert "All is well" in none
    assert browser().get(address).status_code == 302
    assert browser(owner).post(address).status_code == 405
