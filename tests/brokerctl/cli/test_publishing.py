"""publish at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.brokerctl.cli.conftest import Command
from tests.support.brokers import Place


def test_message_has_the_body_properties_and_headers_it_was_given(place: Place, cli: Command, tmp_path: Path) -> None:
    queue = place.queue()
    file = tmp_path / "body"
    file.write_bytes(b"\xff\0")

    text = cli("publish", queue, "--body", "größe", "--property", "message_id=7", "--property", "priority=3")
    of_file = cli("publish", queue, "--file", str(file), "--header", "tenant=acme", "--header", "n=1", "--transient")
    of_stdin = cli("publish", queue, "--json", given=b"piped\xfe")

    assert (text.code, text.out) == (0, f"Published 7 bytes to queue {queue}; confirmed.\n")
    assert (of_file.code, of_stdin.code, of_stdin.document) == (0, 0, {"published": 1, "bytes": 6})
    first, second, third = (each.message for each in place.look(queue).seen)
    assert (first.body, first.properties) == ("größe".encode(), {"delivery_mode": 2, "message_id": "7", "priority": 3})
    assert (second.body, second.headers) == (b"\xff\0", {"tenant": "acme", "n": 1})
    assert (second.properties, third.body) == ({"delivery_mode": 1}, b"piped\xfe")


def test_message_that_no_queue_takes_is_code_5(ours: Place, ours_cli: Command) -> None:
    nowhere = ours_cli("publish", "no such queue", "--body", "x")
    both = ours_cli("publish", "q", "--body", "x", "--file", __file__)
    wrong = ours_cli("publish", ours.queue(), "--body", "x", "--property", "priority=300")
    dry = ours_cli("publish", "key", "--exchange", "amq.topic", "--body", "xyz", "--dry-run")

    assert nowhere.code == 5
    assert nowhere.err == "The message was not taken: NO_ROUTE: no queue is bound for it.\n"
    assert (both.code, both.err) == (2, "Say either --body or --file.\n")
    assert (wrong.code, "cannot be sent" in wrong.err) == (1, True)
    assert dry.out.startswith("Would publish 3 bytes to exchange amq.topic with key key in vhost ")
