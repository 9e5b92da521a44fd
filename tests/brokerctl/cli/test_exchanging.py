"""export, import and diff at the command line."""

from __future__ import annotations

import json
from pathlib import Path

from brokerctl.clients.models import Vhost
from tests.brokerctl.cli.conftest import Command, at, commands, run
from tests.support.brokers import Place, numbered


def test_messages_go_out_to_a_private_file_and_come_in_again(place: Place, cli: Command, tmp_path: Path) -> None:
    source, target, file = place.queue(), place.queue(), tmp_path / "messages.jsonl"
    place.fill(source, [b"\xff", *numbered(20)])

    out = cli("export", "messages", source, str(file))
    dry = cli("import", "messages", str(file), "--queue", target, "--dry-run")
    back = cli("import", "messages", str(file), "--queue", target)

    assert (out.code, out.out) == (0, "")
    assert out.err == f"21 messages of {source} were written; all are still in it.\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert dry.out == f"Would publish 21 messages to queue {target}.\n"
    assert (back.code, back.out) == (0, "21 published.\n")
    assert place.bodies(target) == place.bodies(source) == [b"\xff", *numbered(20)]


def test_messages_go_through_a_pipe(ours: Place, ours_cli: Command) -> None:
    source, target = ours.queue(), ours.queue()
    ours.fill(source, numbered(2))

    lines = ours_cli("export", "messages", source).out
    said = ours_cli("import", "messages", "-", "--queue", target, given=lines)
    broken = ours_cli("import", "messages", "-", "--queue", target, given=f"{lines}?\n")

    assert (said.code, said.out) == (0, "2 published.\n")
    assert (broken.code, broken.err) == (
        1,
        "Line 3: not JSON (Expecting value: line 1 column 1 (char 0)); the 2 messages before it were published.\n",
    )
    assert ours.count(target) == 4


def test_definitions_go_out_are_compared_and_come_in_again(place: Place, tmp_path: Path) -> None:
    name, file = "cli/definitions", tmp_path / "definitions.json"
    cli = commands(place, name)
    place.client.put_vhost(Vhost(name, "", 0, 0))
    place.client.declare_queue(name, "first", arguments={"x-max-length": 3})

    out = cli("export", "definitions", str(file))
    place.client.delete_queue(name, "first")
    place.client.declare_queue(name, "second")
    differences = cli("diff", str(file), "--json", "--exit-code")
    table = cli("diff", str(file))
    back = cli("import", "definitions", str(file))
    same = cli("diff", str(file), "--json").document
    place.client.delete_vhost(name)

    assert (out.code, out.out) == (0, "")
    assert differences.code == 1
    assert [(each["what"], each["kind"], each["name"][-1]) for each in differences.document] == [
        ("removed", "queues", "first"),
        ("added", "queues", "second"),
    ]
    assert [line[0] for line in table.out.splitlines()[1:]] == ["-", "+"]
    assert (back.code, "1 queues" in back.out) == (0, True)
    assert [each["name"][-1] for each in same] == ["second"]


def test_brokers_and_files_are_compared_by_their_names(ours: Place, tmp_path: Path) -> None:
    (tmp_path / "brokers.toml").write_text(f'[brokers.here]\nurl = "{at(ours)}"\n')
    (tmp_path / "other.json").write_text(json.dumps({"queues": []}))

    same = run("diff", "here", "here")
    unknown = run("diff", "here", "there")
    no_file = run("diff", str(tmp_path / "brokers.toml"), "here")

    assert (same.code, len(same.out.splitlines())) == (0, 1)
    assert (unknown.code, "has no broker 'there'; there is here" in unknown.err) == (2, True)
    assert (no_file.code, "is not JSON" in no_file.err) == (1, True)
