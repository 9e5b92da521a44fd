"""Connections and channels: one of each, and closing."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.models import Arguments, Consumer, Queue
from dashboard.forms.close import CloseForm
from dashboard.looks.kinds import ChannelLook, ConnectionLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.operations.closing import Effect
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class ConnectionPage:
    broker: Broker
    snapshot: Snapshot
    look: Look[ConnectionLook]
    feed: str
    shape: str
    may_operate: bool
    unacked: int
    """On all of its channels."""
    facts: tuple[tuple[str, str], ...]
    """What else the broker tells, as (name, value)."""
    tls: tuple[tuple[str, str], ...]
    client: Arguments
    """What the client says of itself, without its capabilities."""
    capabilities: tuple[tuple[str, bool], ...]


@dataclass(slots=True, frozen=True)
class ChannelPage:
    broker: Broker
    snapshot: Snapshot
    look: Look[ChannelLook]
    feed: str
    shape: str
    client_name: str
    """Of the connection it is on; empty when that is not known."""
    facts: tuple[tuple[str, str], ...]
    may_operate: bool
    can_cancel: bool
    """Whether the broker can cancel a consumer."""


@dataclass(slots=True, frozen=True)
class CancelPage:
    broker: Broker
    vhost: str
    queue: Queue
    consumer: Consumer


@dataclass(slots=True, frozen=True)
class ClosePage:
    broker: Broker
    vhost: str
    """Empty: of several."""
    title: str
    names: tuple[str, ...]
    effect: Effect
    form: CloseForm
    back: str
    """Where Cancel leads."""
    chosen: str = ""
    """Row keys of connections that were ticked, to be sent along; empty when the address names them."""
