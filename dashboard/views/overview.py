"""All brokers on one page: how each is, and what needs somebody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboard import access, verdicts
from dashboard.models import Broker
from dashboard.pages.overview import Attention, Card, OverviewPage
from dashboard.snapshot import BrokerState, Rates, Snapshot


def overview(request: HttpRequest) -> HttpResponse:
    cards, attention = [], []
    now = timezone.now()
    for broker in access.visible_brokers(request.user):
        taken = access.visible_snapshot(request.user, broker)
        summary = verdicts.summary(taken, now)
        attention += [
            Attention(broker, row, verdict, row.no_consumers_since or row.no_ack_since)
            for row, verdict in summary.worst[: verdicts.ATTENTION_SHOWN]
        ]
        if taken.state is BrokerState.UNREACHABLE:
            attention.append(Attention(broker, None, verdicts.unreachable(taken, now), taken.failed_at))
        cards.append(
            Card(
                broker=broker,
                snapshot=taken,
                ready=summary.ready,
                unacked=summary.unacked,
                connections=taken.overview.connections if taken.overview and taken.is_whole else None,
                consumers=taken.overview.consumers if taken.overview else None,
                critical=summary.critical,
                warning=summary.warning,
                kind=_kind(broker, taken),
                has_alarm=any(node.memory_alarm or node.disk_alarm for node in taken.nodes),
            )
        )
    attention.sort(key=lambda each: (each.verdict.status, -(each.row.queue.messages_ready if each.row else 0)))
    embedded = next((card for card in cards if card.broker.is_embedded), None)
    page = OverviewPage(
        cards=tuple(cards),
        attention=tuple(attention[: verdicts.ATTENTION_SHOWN]),
        totals=Rates.summed(card.snapshot.rates for card in cards if card.snapshot.is_live),
        unreachable=sum(card.snapshot.state is BrokerState.UNREACHABLE for card in cards),
        embedded=embedded,
        is_first_run=len(cards) == 1 and embedded is not None and _is_untouched(embedded.snapshot),
    )
    return render(request, "overview/overview.html", {"page": page})


def _kind(broker: Broker, taken: Snapshot) -> str:
    if taken.overview is None:
        return "Embedded" if broker.is_embedded else f"{broker.host}:{broker.api_port}"
    product = "Embedded · Postroom" if broker.is_embedded else taken.overview.product
    parts = [f"{product} {taken.overview.version}"]
    running = sum(node.running for node in taken.nodes)
    if len(taken.nodes) > 1:
        parts.append(f"{running} of {len(taken.nodes)} nodes")
    uptimes = [node.uptime_seconds for node in taken.nodes if node.uptime_seconds is not None]
    if uptimes:
        parts.append(f"up {verdicts.during(min(uptimes))}")
    return " · ".join(parts)


def _is_untouched(taken: Snapshot) -> bool:
    """Nothing but our own jobs queue was ever declared."""
    return taken.is_live and all(vhost == "postroom" for vhost, _ in taken.queues)
