"""As a process of its own: exit codes, broken pipes, Ctrl-C, completion, and no traceback ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from brokerctl.cli.completion import script
from tests.brokerctl.cli.conftest import at
from tests.support.brokers import VHOST, Place, numbered
from tests.support.waiting import PATIENCE_SECONDS, wait_until

MANY = 3000


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("POSTROOM_")} | more


def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "brokerctl", *arguments]
    return subprocess.Popen(
        command, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def test_reader_that_goes_away_is_no_traceback(ours: Place) -> None:
    queue = ours.queue()
    ours.fill(queue, numbered(MANY))

    process = start("export", "messages", queue, "--url", at(ours), "--vhost", VHOST)
    assert process.stdout is not None
    first = process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()

    assert first.startswith('{"exchange"')
    assert (process.wait(timeout=PATIENCE_SECONDS), "Traceback" in err) == (141, False)
    assert ours.count(queue) == MANY


def test_ctrl_c_finishes_what_is_in_flight_and_says_how_far_it_came(ours: Place) -> None:
    graveyard = ours.queue()
    source = ours.queue(x_dead_letter_exchange="", x_dead_letter_routing_key=graveyard)
    ours.fill(source, numbered(200))
    with ours.channel() as channel:
        for _ in range(200):
            method, _, _ = channel.basic_get(source)
            assert method is not None
            channel.basic_reject(method.delivery_tag or 0, requeue=False)
        channel.queue_declare(graveyard, passive=True)

    process = start("replay", graveyard, "--rate", "2", "--url", at(ours), "--vhost", VHOST)
    wait_until(lambda: ours.count(source) > 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, out) == (130, "")
    assert "Stopping: what is in flight is finished first." in err
    back = ours.count(source)
    assert err.splitlines()[-1] == f"Cancelled after {back} messages; the others are in {graveyard}."
    assert 0 < back < 200
    assert ours.bodies(graveyard) == numbered(200 - back, start=back)


def test_nothing_listening_is_one_sentence_and_code_6() -> None:
    process = start("list", "queues", POSTROOM_AMQP_PORT="1", POSTROOM_API_PORT="1", POSTROOM_HOME="nowhere")
    out, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, out) == (6, "")
    assert err == "127.0.0.1:1 refused the connection: nothing listens there.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_calls_this_python(shell: str) -> None:
    text = script(shell)

    assert text.count(f"{sys.executable} -m brokerctl") == 2
    assert "$1)" not in text


def test_words_are_completed_with_the_queues_of_the_broker(ours: Place) -> None:
    ours.queue("completed/1")
    words = f"brokerctl purge --url {at(ours)} --vhost {VHOST} completed"

    def completed() -> list[str]:
        process = start(
            _BROKERCTL_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD="6", POSTROOM_BROKERS="nowhere.toml"
        )
        return process.communicate(timeout=PATIENCE_SECONDS)[0].splitlines()

    # Who presses the tab key does not wait for long, and sees no names of a broker that is slow.
    wait_until(lambda: "plain,completed/1" in completed())


def test_help_starts_no_broker() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "brokerctl", "--help"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )

    assert done.returncode == 0
    assert "brokerctl.server" not in done.stderr
    assert "Commands:" in done.stdout


def test_argument_of_serve_is_refused(tmp_path: Path) -> None:
    process = start("serve", "--port", "1", POSTROOM_HOME=str(tmp_path))
    _, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, "No such option" in err) == (2, True)
