"""list: what is there, in a table for people and as one document for programs."""

from __future__ import annotations

import pytest

from brokerctl.cli.listing import NOUNS
from tests.brokerctl.cli.conftest import Command, commands
from tests.support.brokers import VHOST, Place, numbered
from tests.support.waiting import wait_until


@pytest.mark.parametrize("noun", [each.name for each in NOUNS])
def test_every_noun_is_listed_both_ways(place: Place, cli: Command, noun: str) -> None:
    place.queue()

    table, document = cli("list", noun), cli("list", noun, "--json")

    assert (table.code, document.code, table.err, document.err) == (0, 0, "", "")
    assert isinstance(document.document, list)
    assert table.out.splitlines()[0].split()[0] in ("vhost", "name", "user")


def test_queue_is_a_row_with_its_numbers(place: Place, cli: Command) -> None:
    queue = place.queue("list/ö x")
    place.fill(queue, numbered(1234))
    wait_until(lambda: place.client.queue(VHOST, queue).messages_ready == 1234)

    table, document = (
        cli("list", "queues", "--containing", "LIST/Ö"),
        cli("list", "queues", "--containing", queue, "--json"),
    )

    assert [line.split("  ") for line in table.out.splitlines()][1][0] == VHOST
    assert "1,234" in table.out
    [found] = document.document
    assert (found["name"], found["messages_ready"], found["durable"]) == (queue, 1234, True)


def test_without_a_vhost_all_are_listed(ours: Place) -> None:
    everywhere = commands(ours, None)("list", "exchanges", "--json").document

    assert {each["vhost"] for each in everywhere} >= {"/", VHOST}


def test_control_characters_of_a_name_do_not_reach_the_terminal(ours: Place, ours_cli: Command) -> None:
    ours.queue("list/\x1b[31mred")

    said = ours_cli("list", "queues", "--containing", "red")

    assert "\x1b" not in said.out
    assert "list/\\x1b[31mred" in said.out
