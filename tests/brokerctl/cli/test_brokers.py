"""Which broker a command is for, and where the password comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from brokerctl.cli.brokers import Asked, Chosen, choose
from brokerctl.cli.exits import Problem
from brokerctl.clients.base import Address
from tests.brokerctl.cli.conftest import at, run
from tests.support.brokers import Place, address_of


def where(chosen: Chosen) -> tuple[str, int, int, str, bool, str]:
    address = chosen.address
    return address.host, address.amqp_port, address.api_port, address.username, address.amqp_tls, chosen.vhost


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://h", ("h", 5672, 15672, "guest", False, "/")),
        ("amqp://guest@h:1?api_port=2", ("h", 1, 2, "guest", False, "/")),
        ("amqps://guest@h/a%2Fb", ("h", 5671, 443, "guest", True, "a/b")),
        ("http://guest@[::1]:15673", ("::1", 5672, 15673, "guest", False, "/")),
        ("https://guest@h?amqp_port=5", ("h", 5, 443, "guest", True, "/")),
    ],
)
def test_url_says_where_and_who(url: str, expected: tuple[object, ...]) -> None:
    assert where(choose(Asked(url=url))) == expected


@pytest.mark.parametrize("url", ["h:15672", "ftp://h", "amqp://", "amqp://h:port", "amqp://u:geheim@h:99999999"])
def test_what_is_no_url_is_said_without_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_URL", url)

    with pytest.raises(Problem, match="is not a URL of a broker") as problem:
        choose(Asked())

    assert "geheim" not in str(problem.value)


def test_password_in_a_url_on_the_command_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem, match="others can read a password on the command line"):
        choose(Asked(url="amqp://u:geheim@h"))

    monkeypatch.setenv("POSTROOM_URL", "amqp://u:geh%40eim@h")
    assert choose(Asked()).address == Address("h", 5672, 15672, "u", "geh@eim")


def test_named_broker_comes_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, secret = tmp_path / "brokers.toml", tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("from file")
    monkeypatch.setenv("RABBIT", "from environment")
    file.write_text(
        f'[brokers.one]\nurl = "amqps://ops@h/v"\npassword_env = "RABBIT"\nverify_tls = false\n'
        f'[brokers.two]\nurl = "amqp://ops@h"\npassword_file = "{secret}"\n'
        '[brokers.three]\nurl = "amqp://ops@h"\npassword = "in the file"\n'
        '[brokers.four]\nurl = "amqp://h"\ncolour = "red"\n[brokers.five]\n'
    )
    file.chmod(0o600)

    one, two, three = (choose(Asked(broker=name)) for name in ("one", "two", "three"))

    assert (one.name, one.address.password, one.address.verify_tls, one.vhost) == (
        "one",
        "from environment",
        False,
        "v",
    )
    assert (two.address.password, two.address.verify_tls) == ("from file", True)
    assert three.address.password == "in the file"
    for name, problem in (("four", "has 'colour'"), ("five", "needs a url"), ("six", "there is five, four, one")):
        with pytest.raises(Problem, match=problem):
            choose(Asked(broker=name))
    file.chmod(0o644)
    with pytest.raises(Problem, match="others can read it: chmod 600"):
        choose(Asked(broker="three"))
    file.write_text("[brokers")
    with pytest.raises(Problem, match="cannot read"):
        choose(Asked(broker="one"))


def test_file_that_is_not_there_is_named() -> None:
    with pytest.raises(Problem, match="there is no brokers file"):
        choose(Asked(broker="one"))


def test_embedded_broker_is_where_a_running_postroom_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_API_PORT", "15999")
    monkeypatch.delenv("POSTROOM_AMQP_PORT", raising=False)
    by_default = choose(Asked())
    (tmp_path / "serving.json").write_text(json.dumps({"host": "127.0.0.2", "amqp_port": 1, "api_port": 2}))

    told = choose(Asked())

    assert where(by_default) == ("127.0.0.1", 5672, 15999, "guest", False, "/")
    assert where(told) == ("127.0.0.2", 1, 2, "guest", False, "/")


def test_status_of_a_broker_that_is_there_refuses_or_is_not(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    address = address_of(place.running)
    there = run("status", "--url", at(place))
    as_json = run("status", "--url", at(place), "--json").document
    nowhere = run("status", "--url", "amqp://guest@127.0.0.1:1?api_port=1")
    monkeypatch.setenv("POSTROOM_PASSWORD", "wrong")
    refused = run("status", "--url", at(place))

    assert (there.code, there.err) == (0, "")
    assert ("Postroom" if place.is_embedded else "RabbitMQ") in there.out
    assert as_json["user"]["name"] == "guest"
    assert (nowhere.code, nowhere.err) == (6, "127.0.0.1:1 refused the connection: nothing listens there.\n")
    assert refused.code == 4
    assert refused.err == f"127.0.0.1:{address.api_port} refused user guest: wrong user or password.\n"
