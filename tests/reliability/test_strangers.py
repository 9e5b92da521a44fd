"""C5 and C9: peers that never log in. They are sent away in time, and honest clients from elsewhere come in meanwhile.

Times are figures of the long form; the short one, on machines that do other things as well, asks for the outcome only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from brokerctl.names import path
from brokerctl.wire.methods import queue
from tests.support import certificates, embedded
from tests.support.certificates import Authority, common_name
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient
from tests.support.reliability import IS_LONG, evidence, runs
from tests.support.waiting import PATIENCE_SECONDS

ADDRESSES = [f"127.0.0.{number}" for number in (21, 22, 23, 24)]
HONEST = "127.0.0.7"
HANDSHAKE_SECONDS = 10 if IS_LONG else 2
TLS_HANDSHAKE_SECONDS = 5 if IS_LONG else 2
GRACE_SECONDS = 2
PARKED = runs(short=320, long=10_000)
GUESS_SECONDS = runs(short=3, long=60)
END_SECONDS = 200
"""Of one that waits in vain for an answer to its last connect, and then for what it was told."""
MAX_RSS_MIB = 300
MIB = 2**20


class Strangers:
    """One process for each address."""

    def __init__(self, what: str, *numbers: float) -> None:
        words = [str(number) for number in numbers]
        command = (sys.executable, "-m", "tests.reliability.strangers", what)
        self._processes = [
            subprocess.Popen([*command, address, *words], stdout=subprocess.PIPE, text=True) for address in ADDRESSES
        ]

    @property
    def are_there(self) -> bool:
        return any(process.poll() is None for process in self._processes)

    def results(self) -> list[dict[str, Any]]:
        return [json.loads(process.communicate(timeout=END_SECONDS)[0]) for process in self._processes]

    def end(self) -> None:
        """Also those that still want something of a broker that is gone."""
        for process in self._processes:
            process.kill()
            process.communicate()


@contextmanager
def strangers(what: str, *numbers: float) -> Iterator[Strangers]:
    started = Strangers(what, *numbers)
    try:
        yield started
    finally:
        started.end()


@contextmanager
def broker_with_tls(home: Path, **settings: str) -> Iterator[EmbeddedBroker]:
    pair = Authority(home).issue("broker", common_name("localhost"))
    with embedded.running(home, **certificates.settings(pair, **settings)) as broker:
        yield broker


def opened(broker: EmbeddedBroker, **credentials: bytes) -> RawClient:
    """An open connection from an address that nobody else uses."""
    while True:
        tried = time.monotonic()
        client = RawClient(broker.amqp_port, source=HONEST).__enter__()
        try:
            return client.open(**credentials)  # type: ignore[arg-type]
        except (EOFError, ConnectionError):
            client.socket.close()
            # Sent away as anybody is who takes too long: this machine did other things meanwhile.
            assert time.monotonic() - tried >= HANDSHAKE_SECONDS / 2


def log_in(broker: EmbeddedBroker, **credentials: bytes) -> float:
    """Seconds that it took."""
    began = time.monotonic()
    opened(broker, **credentials).socket.close()
    return time.monotonic() - began


def rss_mib(broker: EmbeddedBroker) -> int:
    pages = int(Path(f"/proc/{broker.process.pid}/statm").read_text().split()[1])
    return pages * 4096 // MIB


@pytest.mark.reliability("c5")
@pytest.mark.parametrize("caps", ["raised", "default"])
def test_parked_handshakes_end_in_time_and_honest_clients_come_in(caps: str, home: Path) -> None:
    most = str(2 * PARKED)
    limits = {
        "POSTROOM_HANDSHAKE_SECONDS": str(HANDSHAKE_SECONDS),
        "POSTROOM_TLS_HANDSHAKE_SECONDS": str(TLS_HANDSHAKE_SECONDS),
    }
    if caps == "raised":
        limits |= {"POSTROOM_HALF_OPEN_MAX": most, "POSTROOM_HALF_OPEN_PER_ADDRESS": most}
    required = f"all closed in {HANDSHAKE_SECONDS + GRACE_SECONDS} s, login in 1 s, at most {MAX_RSS_MIB} MiB"
    with broker_with_tls(home, **limits) as broker, evidence(f"C5 slow_handshake, caps {caps}", required) as figures:
        logins: list[float] = []
        rss = [rss_mib(broker)]
        with strangers("park", broker.amqp_port, broker.amqp_tls_port, PARKED // len(ADDRESSES)) as parked:
            while parked.are_there or not logins:
                logins.append(log_in(broker))
                rss.append(rss_mib(broker))
            results = parked.results()
        figures |= {
            "parked": PARKED,
            "seconds": max(result["seconds"] for result in results),
            "login_seconds": round(max(logins), 2),
            "rss_mib": max(rss),
        }

        assert [result["ended"] for result in results] == [{"closed": PARKED // len(ADDRESSES)}] * len(ADDRESSES)
        assert not IS_LONG or figures["seconds"] <= HANDSHAKE_SECONDS + GRACE_SECONDS
        assert figures["rss_mib"] <= MAX_RSS_MIB
        assert not IS_LONG or figures["login_seconds"] <= 1


@pytest.mark.reliability("c9")
def test_guesses_starve_neither_the_loop_nor_an_honest_login(home: Path) -> None:
    required = "round trips p99 50 ms, login with a new password in 2 s, nobody guessed in"
    limit = {"POSTROOM_HANDSHAKE_SECONDS": str(HANDSHAKE_SECONDS)}
    with broker_with_tls(home, **limit) as broker, evidence("C9 auth_storm", required) as figures:
        where = f"http://127.0.0.1:{broker.api_port}/api"
        open_one = opened(broker).open_channel()
        with (
            closing(open_one.socket),
            httpx.Client(base_url=where, auth=("guest", "guest"), timeout=PATIENCE_SECONDS) as api,
            strangers("guess", broker.amqp_port, GUESS_SECONDS) as guessing,
        ):
            trips: list[float] = []
            logins: list[float] = []
            while guessing.are_there or not logins:
                trips += [_round_trip(open_one) for _ in range(50)]
                # A new password each time: what is remembered needs no hash.
                password = f"password-{len(logins)}"
                api.put(path("users", "honest"), json={"password": password, "tags": ""}).raise_for_status()
                rights = {"configure": "", "write": "", "read": ""}
                api.put(path("permissions", "/", "honest"), json=rights).raise_for_status()
                logins.append(log_in(broker, user=b"honest", password=password.encode()))
            outcomes = guessing.results()
        refused = sum(outcome.get("refused", 0) for outcome in outcomes)
        figures |= {
            "guesses_per_second": round(refused / GUESS_SECONDS),
            "round_trip_p99_ms": round(sorted(trips)[len(trips) * 99 // 100] * 1000, 1),
            "login_seconds": round(max(logins), 2),
        }

        assert all(outcome.keys() <= {"refused", "cut off"} for outcome in outcomes)
        assert refused > 100
        assert not IS_LONG or figures["round_trip_p99_ms"] <= 50
        assert not IS_LONG or figures["login_seconds"] <= 2


def _round_trip(client: RawClient) -> float:
    began = time.monotonic()
    client.call(1, queue.Declare(queue="there"))
    client.expect(queue.DeclareOk)
    return time.monotonic() - began
