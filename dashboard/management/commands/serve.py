"""Everything at once: the embedded broker, the web server and the worker of jobs, under one parent."""

from __future__ import annotations

import http.client
import os
import shlex
import signal
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from brokerctl import ports
from brokerctl.errors import SettingError
from dashboard import home, serving, web
from dashboard.setup import ADMIN, embedded_broker, first_administrator
from dashboard.together import Together

AMQP_PORT, API_PORT = 5672, 15672
POLL_SECONDS = 0.2
JOBS = 2
"""Jobs at once. Each is mostly waiting for brokers."""

STOPS = (130, 143)
"""How honcho spells an end by Ctrl-C and by SIGTERM: that is how people stop us, and no failure."""


class Command(BaseCommand):
    help = (
        "Run Postroom: embedded broker, web server and worker. Settings come from the environment (docs/settings.md)."
    )
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]  # the stub has it per instance

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        folder = home.home()
        try:
            with serving.only_one(folder):
                code = self._serve(folder)
        except SettingError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            # Before everything runs; from then on honcho hears the signals.
            code = 0
        self._say("Postroom has stopped.")
        sys.exit(0 if code in STOPS else code)

    def _serve(self, folder: Path) -> int:
        """Prepare, start everything, and return the exit code when everything has ended."""
        chosen = self._ports()
        self._apply(chosen, folder)
        self._prepare()
        address = serving.Serving(
            os.getpid(),
            f"http://{ports.origin(web.hosts(), chosen['POSTROOM_WEB_PORT'])}",
            settings.BROKER_HOST,
            settings.BROKER_AMQP_PORT,
            settings.BROKER_API_PORT,
        )
        serving.tell(folder, address)
        together = Together()
        keep = [sys.executable, "-m", "dashboard.keep", str(folder / serving.LOCK_FILE)]
        for name, command in parts().items():
            together.add_process(name, "exec " + shlex.join([*keep, *command]), env=os.environ)
        threading.Thread(target=announce, args=(address.url,), daemon=True).start()
        together.loop()
        return together.returncode or 0

    def _ports(self) -> dict[str, int]:
        """Which ports to use, and a word about every default that was taken. Raises SettingError."""
        wanted = (
            ("POSTROOM_WEB_PORT", "web", web.hosts(), web.DEFAULT_PORT),
            ("POSTROOM_AMQP_PORT", "AMQP", broker_hosts(), AMQP_PORT),
            ("POSTROOM_API_PORT", "management API", broker_hosts(), API_PORT),
        )
        chosen = {}
        for setting, what, hosts, default in wanted:
            asked = _asked(setting)
            port = ports.choose(hosts, asked, default, setting)
            if asked is None and port != default:
                self._say(f"Port {default} is in use, so the {what} port is {port}.{_hint(setting, default)}")
            chosen[setting] = port
        return chosen

    def _apply(self, chosen: dict[str, int], folder: Path) -> None:
        """For us, whose settings were read before the ports were chosen, and for the processes we start."""
        settings.BROKER_AMQP_PORT = chosen["POSTROOM_AMQP_PORT"]
        settings.BROKER_API_PORT = chosen["POSTROOM_API_PORT"]
        if not os.environ.get("POSTROOM_BROKER_HOST"):
            settings.BROKER_HOST = ports.reach(broker_hosts())
        os.environ |= {setting: str(port) for setting, port in chosen.items()}
        os.environ["POSTROOM_HOME"] = str(folder)
        os.environ["POSTROOM_BROKER_HOST"] = settings.BROKER_HOST
        os.environ["POSTROOM_SERVICE_USER"] = settings.BROKER_USER
        os.environ["POSTROOM_SERVICE_PASSWORD"] = settings.BROKER_PASSWORD

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        password = first_administrator(os.environ.get("POSTROOM_ADMIN_PASSWORD"))
        if password is not None:
            self._say(f"The first administrator is {ADMIN}, password {password} (shown only now).")
        embedded_broker()

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def parts() -> dict[str, list[str]]:
    """The command line of every process."""
    python = sys.executable
    worker = "worker --loglevel WARNING --without-gossip --without-mingle --without-heartbeat"
    # Celery warns root of pickled tasks; ours are JSON, and in a container root is nobody special.
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    return {
        "broker": [python, "-m", "brokerctl", "serve"],
        "web": [python, "-m", "dashboard.web"],
        "worker": [
            *(python, *quiet, "-m", "celery", "-q", "-A", "dashboard.celery"),
            *(*worker.split(), "--concurrency", str(JOBS)),
        ],
    }


def broker_hosts() -> tuple[str, ...]:
    """Where the embedded broker listens: it reads the same setting."""
    given = os.environ.get("POSTROOM_BROKER_HOSTS")
    return tuple(given.split(",")) if given else web.HOSTS


def announce(url: str) -> None:
    """Wait until everything answers, then say so in one line."""
    pause = threading.Event()
    while not is_ready(url):
        pause.wait(POLL_SECONDS)
    print(f"Postroom is ready: {url}", flush=True)


def is_ready(url: str) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _asked(setting: str) -> int | None:
    text = os.environ.get(setting, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) > 65_535:
        raise SettingError(f"{setting} is {text!r}: it takes a port number, from 0 to 65535")
    return int(text)


def _hint(setting: str, default: int) -> str:
    if setting == "POSTROOM_WEB_PORT":
        return ""
    return f" If a broker of yours is on {default}, add it under Brokers to see it here."
