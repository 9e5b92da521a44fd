"""The shop's messages: made up, but of the size and shape that such messages have."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pika

SPOILED_SHARE = 0.03
"""Of the new orders: the processor rejects them, so they end in the dead-letter queue."""

ARTICLES = (
    ("MUG-01", "Enamel mug", 12.5),
    ("TEE-07", "Tea, first flush, 250 g", 18.9),
    ("KTL-02", "Gooseneck kettle", 64.0),
    ("FLT-10", "Paper filters, 100", 6.4),
    ("GRD-03", "Hand grinder", 89.0),
)
PEOPLE = ("Ada", "Björn", "Chidi", "Daniela", "Emre", "Farah", "Grace", "Hiroshi", "Ingrid", "João")
COUNTRIES = ("DE", "FR", "GB", "JP", "NG", "SE", "TR", "US")
BRANDS = ("visa", "mastercard", "amex")
CHANGES = ("user.registered", "user.updated", "user.signed-in", "user.address-changed")


@dataclass(slots=True, frozen=True)
class Letter:
    exchange: str
    routing_key: str
    body: bytes
    properties: pika.BasicProperties


class Shop:
    """One per producer. Its dice are its own, so that two producers do not share a lock."""

    def __init__(self) -> None:
        self._dice = random.Random()  # noqa: S311 (no secrets: what people buy)
        self._number = self._dice.randrange(100_000, 900_000)

    def new_order(self) -> Letter:
        self._number += 1
        order = self._order()
        if self._dice.random() < SPOILED_SHARE:
            order["customer"] = None
        return self._letter("orders", "order.new", "order", order, str(order["order_id"]))

    def shipment(self) -> Letter:
        number = f"ORD-{self._number - self._dice.randrange(40)}"
        shipment = {
            "order_id": number,
            "carrier": self._dice.choice(("DHL", "UPS", "PostNord")),
            "parcels": self._dice.randint(1, 3),
            "country": self._dice.choice(COUNTRIES),
            "weight_kg": round(self._dice.uniform(0.2, 8), 2),
        }
        return self._letter("orders", "order.ship", "shipment", shipment, number)

    def order_event(self) -> Letter:
        step = self._dice.choice(("created", "paid", "packed", "line.changed"))
        number = f"ORD-{self._number - self._dice.randrange(40)}"
        event = {"event": f"order.{step}", "order_id": number, "at": _now()}
        return self._letter("events", f"order.{step}", "event", event, number)

    def payment(self) -> Letter:
        step = self._dice.choice(("authorized", "authorized", "authorized", "retried"))
        number = f"ORD-{self._number - self._dice.randrange(40)}"
        payment = {
            "payment_id": f"pay_{uuid.uuid4().hex[:16]}",
            "order_id": number,
            "amount": round(self._dice.uniform(8, 240), 2),
            "currency": "EUR",
            "status": step,
            "card": {"brand": self._dice.choice(BRANDS), "last4": f"{self._dice.randrange(10_000):04}"},
            "authorized_at": _now(),
        }
        return self._letter("events", f"payment.{step}", "payment", payment, number)

    def user_change(self) -> Letter:
        change = self._dice.choice(CHANGES)
        name = self._dice.choice(PEOPLE)
        number = self._dice.randrange(1, 5000)
        user = {
            "event": change,
            "user": {"id": number, "name": name, "country": self._dice.choice(COUNTRIES)},
            "at": _now(),
        }
        return self._letter("users", "", change, user, f"user-{number}")

    def _order(self) -> dict[str, object]:
        items = [
            {"sku": sku, "name": name, "quantity": self._dice.randint(1, 4), "unit_price": price}
            for sku, name, price in self._dice.sample(ARTICLES, self._dice.randint(1, 3))
        ]
        return {
            "order_id": f"ORD-{self._number}",
            "customer": {"id": self._dice.randrange(1, 5000), "name": self._dice.choice(PEOPLE)},
            "country": self._dice.choice(COUNTRIES),
            "items": items,
            "currency": "EUR",
            "placed_at": _now(),
        }

    def _letter(
        self, exchange: str, routing_key: str, kind: str, body: Mapping[str, object], correlation_id: str
    ) -> Letter:
        properties = pika.BasicProperties(
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            message_id=str(uuid.uuid4()),
            correlation_id=correlation_id,
            timestamp=int(time.time()),
            type=kind,
            app_id="shop",
            headers={"trace-id": uuid.uuid4().hex, "schema-version": 2, "region": "eu-north"},
        )
        return Letter(exchange, routing_key, json.dumps(body, ensure_ascii=False).encode(), properties)


def is_spoiled(body: bytes) -> bool:
    """Whether the processor cannot take this order."""
    order = json.loads(body)
    return isinstance(order, dict) and order.get("customer") is None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
