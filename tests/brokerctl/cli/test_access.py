"""user, vhost, permission, policy and limit at the command line; passwords never stand on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from brokerctl.clients.models import Limits, Permission, Policy, TopicPermission
from brokerctl.errors import ObjectNotFound
from tests.brokerctl.cli.conftest import Command
from tests.support.brokers import VHOST, Place, client_at


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_text("very secret\nsecond line")
    return str(file)


def test_user_is_added_changed_granted_and_deleted(place: Place, cli: Command, secret: str) -> None:
    name = "cli/jürgen"
    added = cli("user", "add", name, "--tag", "management", "--new-password-file", secret)
    again = cli("user", "add", name, "--new-password-file", secret)
    granted = cli("permission", "grant", name, "--write", "^own", "--read", ".*")
    topic = cli("permission", "grant", name, "--topic", "amq.topic", "--write", "^a")
    with client_at(place.address, username=name, password="very secret") as client:
        assert client.whoami().tags == ("management",)
    changed = cli("user", "change", name, "--tag", "monitoring")
    with client_at(place.address, username=name, password="very secret") as client:
        assert client.whoami().tags == ("monitoring",)

    assert [each.code for each in (added, again, granted, topic, changed)] == [0, 1, 0, 0, 0]
    assert Permission(name, VHOST, "", "^own", ".*") in place.client.permissions()
    assert TopicPermission(name, VHOST, "amq.topic", "^a", "") in place.client.topic_permissions()
    assert cli("permission", "revoke", name, "--topic", "amq.topic", "--yes").code == 0
    assert cli("permission", "revoke", name, "--yes").code == 0
    assert [each for each in place.client.permissions() if each.user == name] == []
    assert cli("user", "delete", name, "--yes").code == 0
    with pytest.raises(ObjectNotFound):
        place.client.user(name)


def test_password_is_not_taken_where_others_can_read_it(ours_cli: Command, secret: str) -> None:
    nobody = ours_cli("user", "add", "cli/x")
    Path(secret).chmod(0o644)
    readable = ours_cli("user", "add", "cli/x", "--new-password-file", secret)

    assert (nobody.code, nobody.err) == (
        2,
        "No password: set POSTROOM_PASSWORD, name a file with --password-file, or run this on a terminal.\n",
    )
    assert (readable.code, readable.err) == (
        2,
        f"{secret} holds a password and others can read it: chmod 600 {secret}.\n",
    )


def test_vhost_is_added_limited_and_deleted(place: Place, cli: Command) -> None:
    assert cli("vhost", "add", "cli/vhost", "--description", "für die Tests").code == 0
    assert place.client.vhost("cli/vhost").description == "für die Tests"
    assert cli("limit", "set", "max-queues", "3").code == 0
    assert Limits(VHOST, {"max-queues": 3}) in place.client.vhost_limits()
    assert cli("limit", "clear", "max-queues", "--yes").code == 0
    assert (
        cli("limit", "set", "max-channels", "3").err
        == "There is no limit max-channels: use max-connections or max-queues.\n"
    )
    assert cli("limit", "set", "max-channels", "3", "--user", "guest").code == 0
    assert cli("limit", "clear", "max-channels", "--user", "guest", "--yes").code == 0

    unasked, said = cli("vhost", "delete", "cli/vhost"), cli("vhost", "delete", "cli/vhost", "--yes")

    assert (unasked.code, said.code) == (2, 0)
    with pytest.raises(ObjectNotFound):
        place.client.vhost("cli/vhost")


@pytest.mark.parametrize("operator", [False, True])
def test_policy_is_set_and_cleared(place: Place, cli: Command, operator: bool) -> None:
    more = ("--operator",) if operator else ()
    place.queue("cli policed")
    dry = cli("policy", "set", "short", "^cli policed$", "--set", "max-length=5", "--dry-run", *more)
    said = cli("policy", "set", "short", "^cli policed$", "--set", "max-length=5", "--apply-to", "queues", *more)

    found = place.client.operator_policies(VHOST) if operator else place.client.policies(VHOST)

    assert dry.out == f"Would set policy short in vhost {VHOST}; 1 queues match now.\n"
    assert said.code == 0
    assert Policy(VHOST, "short", "^cli policed$", {"max-length": 5}, 0, "queues") in found
    assert cli("policy", "clear", "short", "--yes", *more).code == 0
    assert cli("policy", "clear", "short", "--yes", *more).code == 3 or operator
    assert cli("policy", "set", "short", ".*").code == 2
