"""move, replay and purge at the command line: what they did is told, and the exit code says whether it was all."""

from __future__ import annotations

import json
from pathlib import Path

from tests.brokerctl.cli.conftest import Command, at, run
from tests.support.brokers import VHOST, Place, numbered
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ


def test_messages_move_and_what_cannot_stays_with_code_5(place: Place, cli: Command) -> None:
    source, target, full = place.queue(), place.queue(), place.queue(x_max_length=1, x_overflow="reject-publish")
    place.fill(source, numbered(300))
    place.fill(full, [b"full"])

    dry = cli("move", source, target, "--dry-run")
    moved = cli("move", source, target, "--json")
    refused = cli("move", target, full)

    assert dry.code == 0
    assert (moved.code, moved.document["counts"], moved.document["total"]) == (0, {"moved": 300}, 300)
    assert (refused.code, refused.err.startswith("300 messages stayed or are gone: ")) == (5, True)
    assert place.bodies(target) == numbered(300)


def test_chosen_messages_are_copied_by_their_ids(place: Place, cli: Command) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(4))
    ids = [each["id"] for each in cli("browse", source, "--json").document["messages"]]

    said = cli("move", source, target, "--copy", "--id", ids[1], "--id", ids[3])

    assert (said.code, said.out) == (0, "2 copied.\n")
    assert place.bodies(target) == [b"message 1", b"message 3"]
    assert place.count(source) == 4


def test_messages_move_from_one_broker_to_another(
    ours: Place, real: Place, embedded_broker: EmbeddedBroker, rabbitmq: RabbitMQ, tmp_path: Path
) -> None:
    source, target = ours.queue(), real.queue()
    ours.fill(source, numbered(50))
    (tmp_path / "brokers.toml").write_text(f'[brokers.rabbit]\nurl = "{at(real)}"\n')

    said = run(
        "move", source, target, "--url", at(ours), "--vhost", VHOST, "--to-broker", "rabbit", "--to-vhost", VHOST
    )

    assert (said.code, said.out, said.err) == (0, "50 moved.\n", "")
    assert real.bodies(target) == numbered(50)
    assert ours.count(source) == 0


def test_target_that_is_not_there_is_said_before_anything_is_taken(ours: Place, ours_cli: Command) -> None:
    source = ours.queue()
    ours.fill(source, numbered(2))

    said, neither = ours_cli("move", source, "no such queue"), ours_cli("move", source)

    assert (said.code, "not found" in said.err.lower()) == (3, True)
    assert (neither.code, neither.err) == (2, "Say where to: a queue, or --exchange.\n")
    assert not any(each.message.redelivered for each in ours.look(source).seen)


def test_dead_letters_go_back(place: Place, cli: Command) -> None:
    graveyard = place.queue()
    source = place.queue(x_dead_letter_exchange="", x_dead_letter_routing_key=graveyard)
    place.fill(source, numbered(3))
    with place.channel() as channel:
        for _ in range(3):
            method, _, _ = channel.basic_get(source)
            assert method is not None
            channel.basic_reject(method.delivery_tag or 0, requeue=False)
        place.settled(graveyard, 3)

    dry = cli("replay", graveyard, "--dry-run")
    said = cli("replay", graveyard, "--verbose", "--json")

    assert dry.out.endswith("back to the queue each died in.\n")
    assert (said.code, said.document["counts"]) == (0, {"moved": 3})
    assert [json.loads(line)["routing_key"] for line in said.err.splitlines()] == [source] * 3
    assert place.bodies(source) == numbered(3)


def test_purge_tells_how_many(place: Place, cli: Command) -> None:
    queue = place.queue()
    place.fill(queue, numbered(3))

    unasked, said = cli("purge", queue), cli("purge", queue, "--yes")

    assert (unasked.code, said.code, said.out) == (2, 0, "3 purged.\n")
    assert place.count(queue) == 0
