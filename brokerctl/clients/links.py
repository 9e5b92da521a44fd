"""What carries messages to other queues and brokers by itself: shovels, and links of federation. Values only.

Their URIs hold passwords. They are in a `LinkSetup` that was asked for by its name, to be sent back, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from brokerctl.clients.models import Arguments

SHOVEL, UPSTREAM = "shovel", "federation-upstream"
"""Components of runtime parameters."""

URI_KEYS = {SHOVEL: ("src-uri", "dest-uri"), UPSTREAM: ("uri",)}
"""The keys of a component's value that hold URIs."""

AMQP_091 = "amqp091"
"""How a shovel's end says that it speaks it; so does one that says nothing."""

SECRET = re.compile(r"([?&][^=&]*(?:password|passphrase)[^=&]*=)[^&#]*", re.IGNORECASE)
"""In the query of an AMQP URI: of the key of a client's certificate."""

URI = re.compile(r"\b(?:amqps?|https?)://[^\s\"'<>]+", re.IGNORECASE)


@dataclass(slots=True, frozen=True)
class Shovel:
    """It takes messages at one place and publishes them at another, as long as the broker runs."""

    vhost: str
    name: str
    """Empty vhost: a static one, of the broker's configuration."""
    node: str
    state: str
    """'starting', 'running', 'flow', 'blocked' or 'terminated'."""
    is_dynamic: bool
    since: str
    """Of its state, by the node's own clock, as it writes it."""
    reason: str = ""
    """Why it is terminated."""
    source: str = ""
    """'queue orders', 'exchange logs, key a.*'; empty before it runs; so `destination`."""
    source_uri: str = ""
    """Without a password."""
    destination: str = ""
    destination_uri: str = ""
    remaining: int | None = None
    """Messages until it ends by itself; None for one that does not, or where the broker does not tell."""
    forwarded: int | None = None
    is_amqp_091: bool = True
    """At both ends, as far as the broker tells."""


@dataclass(slots=True, frozen=True)
class FederationLink:
    """It brings messages of an upstream's exchange or queue to one of ours."""

    vhost: str
    upstream: str
    type: str
    """'exchange' or 'queue'."""
    name: str
    """Of ours."""
    node: str
    state: str
    """'starting', 'running', 'shutdown' or 'error'."""
    since: str
    uri: str = ""
    """Without a password."""
    reason: str = ""
    id: str = ""
    """By which it is restarted; empty where the broker gives none."""


@dataclass(slots=True, frozen=True)
class LinkSetup:
    """What a shovel, or an upstream of federation, was told: the value of a runtime parameter."""

    component: str
    """SHOVEL or UPSTREAM."""
    vhost: str
    name: str
    uris: Mapping[str, tuple[str, ...]] = field(repr=False)
    """By their keys, of URI_KEYS; several are tried until one connects. Empty where the broker does not tell."""
    settings: Arguments
    """Everything else, by the broker's own keys: {'prefetch-count': 100, 'ack-mode': 'on-confirm'}."""

    def shown(self) -> LinkSetup:
        """The same without passwords: fit for a page, a cache, a record."""
        uris = {key: tuple(without_password(uri) for uri in uris) for key, uris in self.uris.items()}
        return replace(self, uris=uris)


def place_of(queue: str, exchange: str, key: str) -> str:
    """One end of a shovel in words: 'queue orders', 'exchange logs, key a.*'; empty for neither."""
    if queue:
        return f"queue {queue}"
    return f"exchange {exchange}{f', key {key}' if key else ''}" if exchange else ""


def completed(shovel: Shovel, setup: LinkSetup) -> Shovel:
    """The state of one that does not run tells no ends: they are as it was set up."""
    source, destination = (
        place_of(*(str(setup.settings.get(f"{side}-{part}") or "") for part in ("queue", "exchange", "exchange-key")))
        for side in ("src", "dest")
    )
    uris = {key: " ".join(map(without_password, found)) for key, found in setup.uris.items()}
    protocols = {setup.settings.get(f"{side}-protocol", AMQP_091) for side in ("src", "dest")}
    return replace(
        shovel,
        source=shovel.source or source,
        source_uri=shovel.source_uri or uris.get("src-uri", ""),
        destination=shovel.destination or destination,
        destination_uri=shovel.destination_uri or uris.get("dest-uri", ""),
        is_amqp_091=shovel.is_amqp_091 and protocols == {AMQP_091},
    )


def without_password(uri: str) -> str:
    """amqp://ann:secret@host/vhost is amqp://ann@host/vhost. Of what looks like no URI, nothing is left but '…'."""
    scheme, found, rest = uri.partition("://")
    if not found:
        return "…"
    # The last @: a password may have one that should have been escaped.
    login, at, place = rest.rpartition("@")
    user = login.partition(":")[0]
    return f"{scheme}://{user}{at}" + SECRET.sub(r"\1…", place)


def without_passwords(text: str) -> str:
    """A text of a broker that may quote URIs."""
    return URI.sub(lambda found: without_password(found[0]), text)
