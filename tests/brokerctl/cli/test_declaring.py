"""declare, delete, bind, unbind, close: they do what they say, and nothing with --dry-run or unasked."""

from __future__ import annotations

import pytest

from brokerctl.clients.models import Arguments
from brokerctl.errors import ObjectNotFound
from tests.brokerctl.cli.conftest import Command
from tests.support.brokers import VHOST, Place, numbered
from tests.support.waiting import wait_for


def test_queue_is_declared_with_its_arguments_and_deleted(place: Place, cli: Command) -> None:
    made = cli("declare", "queue", "cli/made", "--type", "quorum", "--argument", "x-max-length=7")
    found = place.client.queue(VHOST, "cli/made")
    gone = cli("delete", "queue", "cli/made", "--yes", "--json")

    assert (made.code, made.out) == (0, "Queue cli/made is there.\n")
    assert (found.type, found.arguments["x-max-length"], found.durable) == ("quorum", 7, True)
    assert (gone.code, gone.document["deleted"], gone.document["messages"]) == (0, "cli/made", 0)
    with pytest.raises(ObjectNotFound):
        place.client.queue(VHOST, "cli/made")


def test_exchange_binding_and_unbinding(place: Place, cli: Command) -> None:
    queue = place.queue()

    said = [
        cli("declare", "exchange", "cli/ex", "headers", "--transient", "--auto-delete"),
        cli("bind", "cli/ex", queue, "--argument", "x-match=all", "--argument", "n=1"),
        cli("bind", "cli/ex", queue, "--argument", "x-match=all", "--argument", "n=2"),
    ]
    several = cli("unbind", "cli/ex", queue, "--yes")
    one = cli("unbind", "cli/ex", queue, "--argument", "x-match=all", "--argument", "n=1", "--yes")
    other = cli("unbind", "cli/ex", queue, "--key", "nothing", "--yes")

    assert [each.code for each in said] == [0, 0, 0]
    assert (several.code, "differ in their arguments" in several.err) == (2, True)
    assert one.code == 0
    assert (other.code, other.err) == (3, f"Queue {queue} is not bound to cli/ex with key 'nothing'.\n")
    left = [each.arguments for each in place.client.queue_bindings(VHOST, queue) if each.source]
    assert left == [{"x-match": "all", "n": 2}]
    assert cli("delete", "exchange", "cli/ex", "--yes").code == 0


def test_nothing_is_deleted_unasked_or_in_a_dry_run(ours: Place, ours_cli: Command) -> None:
    queue = ours.queue()
    ours.fill(queue, numbered(3))
    effect = f"delete queue {queue} in vhost {VHOST} with 3 messages and 0 consumers"

    unasked = ours_cli("delete", "queue", queue)
    dry = ours_cli("delete", "queue", queue, "--dry-run", "--yes")
    as_json = ours_cli("delete", "queue", queue, "--dry-run", "--json")

    assert (unasked.code, unasked.err) == (
        2,
        f"This would {effect}: say --yes to do it, or --dry-run to only see it.\n",
    )
    assert (dry.code, dry.out) == (0, f"Would {effect}.\n")
    assert as_json.document == {"dry_run": True, "effects": [effect]}
    assert ours.count(queue) == 3


def test_person_at_a_terminal_is_asked(ours: Place, ours_cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = ours.queue()
    monkeypatch.setattr("brokerctl.cli.session.is_asked", lambda: True)

    no = ours_cli("delete", "queue", queue, given="n\n")
    yes = ours_cli("delete", "queue", queue, given="y\n")

    assert (no.code, no.err.splitlines()[-1]) == (130, "Nothing was done.")
    assert yes.code == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("delete", "queue", "no such queue", "--yes"), 3, "not found"),
        (("declare", "exchange", "cli/x", "no-such-type"), 1, "no-such-type"),
        (("declare", "queue", "cli/x", "--argument", "broken"), 2, "is not like key=value"),
        (("declare", "queue"), 2, "Missing argument 'NAME'"),
        (("no-such-command",), 2, "No such command"),
        (("list", "queues", "--no-such-option"), 2, "No such option"),
    ],
)
def test_failure_is_one_sentence_and_its_code(cli: Command, words: tuple[str, ...], code: int, sentence: str) -> None:
    said = cli(*words)

    assert (said.code, said.out) == (code, "")
    assert sentence.lower() in said.err.lower()


def test_connection_is_closed_with_its_reason(ours: Place, ours_cli: Command) -> None:
    others = {each.name for each in ours.client.connections()}
    connection = ours.running.connect(VHOST)
    connection.channel()
    name = wait_for(lambda: "".join({each.name for each in ours.client.connections()} - others))

    said = ours_cli("close", "connection", name, "--reason", "wartung", "--yes")

    assert said.code == 0
    with pytest.raises(Exception, match="wartung"):
        connection.channel()


def test_values_of_arguments_are_json_or_else_texts(ours: Place, ours_cli: Command) -> None:
    pairs: Arguments = {"n": 1, "yes": True, "text": "a=b", "quoted": "7"}
    words = [
        f"--argument={key}={value}" for key, value in (("n", "1"), ("yes", "true"), ("text", "a=b"), ("quoted", '"7"'))
    ]

    ours_cli("declare", "exchange", "cli/arguments", "topic", *words)

    assert ours.client.exchange(VHOST, "cli/arguments").arguments == pairs
    ours.client.delete_exchange(VHOST, "cli/arguments")
