"""A small shop on a broker, for looking at: `manage.py demo` beside a running `manage.py serve`, or any AMQP broker."""

from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentTypeError
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from brokerctl import ports
from brokerctl.errors import BrokerUnreachable, ClientError
from dashboard import home, serving
from dashboard.demo import shop

DEFAULT_PORT = 5672


class Command(BaseCommand):
    help = "Drive a small shop on the embedded broker, or another one: producers, consumers, a backlog, dead letters."
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]  # the stub has it per instance

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", help="amqp://user:password@host:port/vhost (default: the embedded broker)")
        parser.add_argument("--rate", type=_positive, default=1.0, help="factor on every rate (default: 1)")
        parser.add_argument("--seconds", type=_positive, help="stop by itself after so many seconds")
        parser.add_argument("--keep", action="store_true", help="leave exchanges, queues and messages at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: stopping.set())
        served = None if options["url"] else serving.find(home.home())
        wishes = shop.Wishes(options["url"] or _embedded(served), options["rate"], options["seconds"], options["keep"])
        if served is not None:
            self._say(f"Look at {served.url}/brokers/local/queues/ while it runs; Ctrl-C stops it.")
        else:
            self._say("Look at the broker's queues in the dashboard while it runs; Ctrl-C stops it.")
        try:
            shop.run(wishes, stopping, self._say)
        except BrokerUnreachable as error:
            remedy = "" if options["url"] else ": start Postroom first (make run), or name a broker with --url"
            raise CommandError(f"{error}{remedy}") from error
        except ClientError as error:
            raise CommandError(str(error)) from error

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _embedded(served: serving.Serving | None) -> str:
    """Of the running serve; else where one would be."""
    if served is not None:
        return f"amqp://guest:guest@{ports.origin((served.host,), served.amqp_port)}/%2F"
    return f"amqp://guest:guest@127.0.0.1:{os.environ.get('POSTROOM_AMQP_PORT') or DEFAULT_PORT}/%2F"


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return value
