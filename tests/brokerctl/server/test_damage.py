"""A store with damaged bytes: the broker starts, says what is gone, and everything else is there."""

from __future__ import annotations

from pathlib import Path

import httpx
import pika

from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

PERSISTENT = pika.BasicProperties(delivery_mode=2)
BODIES = [b"first-body", b"second-body", b"third-body"]


def fill(home: Path) -> Path:
    """Two queues with three messages each; return the one file of the log."""
    with embedded.running(home) as broker, broker.connect() as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for queue in ("touched", "bystander"):
            channel.queue_declare(queue, durable=True)
            for body in BODIES:
                channel.basic_publish("", queue, queue.encode() + body, PERSISTENT)
    [log] = (home / "broker").glob("*.log")
    return log


def damage(log: Path, what: bytes) -> None:
    data = log.read_bytes()
    assert data.count(what) == 1
    with log.open("r+b") as file:
        # That byte alone: a broker that runs may write behind it.
        file.seek(data.index(what) + len(what) - 1)
        file.write(b"?")


def bodies(broker: EmbeddedBroker, queue: str) -> list[bytes]:
    found = []
    with broker.connect() as connection:
        channel = connection.channel()
        while (body := channel.basic_get(queue, auto_ack=True)[2]) is not None:
            found.append(body)
    return found


def damaged_messages(broker: EmbeddedBroker) -> dict[str, int]:
    url = f"http://127.0.0.1:{broker.api_port}/api/queues?columns=name,damaged_messages"
    rows = httpx.get(url, auth=("guest", "guest"), timeout=PATIENCE_SECONDS).json()
    return {row["name"]: row["damaged_messages"] for row in rows}


def test_damaged_message_is_counted_at_its_queue_and_every_other_is_there(home: Path) -> None:
    damage(fill(home), b"touchedsecond-body")

    with embedded.running(home) as broker:
        assert damaged_messages(broker) == {"bystander": 0, "touched": 1}
        assert bodies(broker, "touched") == [b"touchedfirst-body", b"touchedthird-body"]
        assert bodies(broker, "bystander") == [b"bystander" + body for body in BODIES]
    assert "the store is damaged and goes on without" in (home / "broker.log").read_text()


def test_message_that_rots_while_the_broker_runs_is_not_handed_out(home: Path) -> None:
    with embedded.running(home, POSTROOM_QUEUE_MEMORY_BYTES="65536") as broker, broker.connect() as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("long", durable=True)
        for number in range(300):
            channel.basic_publish("", "long", b"body-%03d" % number, PERSISTENT)
        [log] = (home / "broker").glob("*.log")

        damage(log, b"body-250")

        assert bodies(broker, "long") == [b"body-%03d" % number for number in range(300) if number != 250]
        assert damaged_messages(broker) == {"long": 1}


def test_damaged_definition_costs_one_queue_and_its_messages_are_kept(home: Path) -> None:
    log = fill(home)
    damage(log, b'["queue", ["/", "touched"')

    with embedded.running(home) as broker:
        assert damaged_messages(broker) == {"bystander": 0}
        assert bodies(broker, "bystander") == [b"bystander" + body for body in BODIES]
    assert "3 messages are kept whose queue may be among what is damaged" in (home / "broker.log").read_text()
    assert log.read_bytes().count(b"touchedsecond-body") == 1
