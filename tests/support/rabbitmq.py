"""A real RabbitMQ with its management API, on ports and in a folder of its own, ended by pid.

Erlang's port mapper is a child of ours too, on its own port, so nothing of ours meets a RabbitMQ of the machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pika

from tests.support import processes
from tests.support.freeports import free_ports
from tests.support.waiting import PATIENCE_SECONDS, wait_until

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CONTROL = SERVER.with_name("rabbitmqctl")
START_SECONDS = 150
"""On the busiest machine."""

ANSWER_SECONDS = 180.0
"""Of its API: for definitions it takes as long as its disk."""

FEATURE_FLAGS = (
    *("drop_unroutable_metric", "empty_basic_get_metric", "implicit_default_bindings", "maintenance_mode_status"),
    *("quorum_queue", "stream_queue", "user_limits", "virtual_host_metadata"),
)
"""Enabled from the start: all of 3.10 but LATER_FLAG."""
LATER_FLAG = "classic_mirrored_queue_version"
"""Not enabled, so that one test can do it; nothing else of the tests looks at it."""
PLUGINS = (
    *("rabbitmq_management", "rabbitmq_shovel", "rabbitmq_shovel_management", "rabbitmq_prometheus"),
    *("rabbitmq_federation", "rabbitmq_federation_management"),
)

ADVANCED = """[{rabbitmq_management, [{sample_retention_policies, [
  {global, [{605, 1}, {3660, 60}, {29400, 600}, {86400, 1800}]}, {basic, [{605, 1}, {3600, 60}]}, {detailed, [{605, 1}]}
]}]}].
"""
"""Its defaults but for the first sample of each: its API tells of what happened as often as it takes one, every second
and not every five, and every test that waits for it is that much faster."""


@dataclass(slots=True)
class RabbitMQ:
    amqp_port: int
    api_port: int
    metrics_port: int
    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def connect(self, vhost: str = "/", user: str = "guest", password: str = "guest") -> pika.BlockingConnection:
        credentials = pika.PlainCredentials(user, password)
        return pika.BlockingConnection(
            pika.ConnectionParameters(
                *("127.0.0.1", self.amqp_port, vhost, credentials),
                heartbeat=0,
                socket_timeout=PATIENCE_SECONDS,
                stack_timeout=PATIENCE_SECONDS,
            )
        )

    def api(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.api_port}/api", auth=("guest", "guest"), timeout=ANSWER_SECONDS
        )

    def start(self) -> None:
        """Again, after a `stop`."""
        self.process = _launch(self.home, self.environment)

    def wait(self) -> None:
        """Return when its API answers and clients can connect, which is a moment later."""
        wait_until(lambda: _is_up(self), within=START_SECONDS)

    def evaluate(self, expression: str) -> None:
        """Have its machine do what no API can, in Erlang."""
        subprocess.run([CONTROL, "eval", expression], env=self.environment, check=True, capture_output=True)

    def stop(self) -> None:
        """As an operator would: what is durable is on disk afterwards."""
        [machine] = [pid for pid in processes.below(self.process.pid) if "beam.smp" in processes.command(pid)]
        os.kill(machine, signal.SIGTERM)
        self.process.wait(timeout=START_SECONDS)


def is_installed() -> bool:
    return SERVER.exists() and shutil.which("epmd") is not None


@contextmanager
def running(home: Path, config: str = "", statistics_ms: int = 1000) -> Iterator[RabbitMQ]:
    """Start one with these lines added to its rabbitmq.conf; it is up when its API answers."""
    amqp, api, metrics, dist, mapper = free_ports(5)
    (home / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{amqp}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {api}\n"
        f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {metrics}\n"
        f"collect_statistics_interval = {statistics_ms}\nlog.console = false\n{config}\n"
    )
    (home / "advanced.config").write_text(ADVANCED)
    (home / "enabled_plugins").write_text(f"[{','.join(PLUGINS)}].\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ERL_CRASH_DUMP": str(home / "erl_crash.dump"),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"test{amqp}@localhost",
        "RABBITMQ_DIST_PORT": str(dist),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_FEATURE_FLAGS": ",".join(FEATURE_FLAGS),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none.conf"),
    }
    with (home / "output.log").open("wb") as output:
        mapping = subprocess.Popen(["epmd"], env=environment, stdout=output, stderr=output)
    # A machine that finds none starts one for itself, which would outlive the tests.
    wait_until(lambda: _listens(mapper))
    found = RabbitMQ(amqp, api, metrics, home, environment, _launch(home, environment))
    try:
        found.wait()
        yield found
    finally:
        if found.process.poll() is None:
            os.killpg(found.process.pid, signal.SIGKILL)
        mapping.kill()
        for process in (found.process, mapping):
            process.wait()


def _launch(home: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (home / "output.log").open("ab") as output:
        # In a group of its own: the script, the machine and its helpers end together.
        return subprocess.Popen([SERVER], env=environment, stdout=output, stderr=output, start_new_session=True)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS).close()
    except OSError:
        return False
    return True


def _is_up(found: RabbitMQ) -> bool:
    if found.process.poll() is not None:
        raise RuntimeError(f"RabbitMQ ended at its start:\n{(found.home / 'output.log').read_text()[-4000:]}")
    try:
        with found.api() as api:
            is_told = api.get("/overview").status_code == 200 and bool(api.get("/nodes").json()[0].get("running"))
            return is_told and _listens(found.amqp_port)
    except (httpx.HTTPError, ValueError, LookupError):
        return False
