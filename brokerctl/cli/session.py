"""What every command gets: the broker it is for, and how to say what it did."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import click

from brokerctl.cli import output
from brokerctl.cli.brokers import Asked, Chosen, choose
from brokerctl.cli.exits import Exit, Problem
from brokerctl.clients import registry
from brokerctl.clients.base import BrokerClient


@dataclass
class Session:
    asked: Asked
    as_json: bool = False
    asked_vhost: str | None = None
    dry_run: bool = False
    yes: bool = False
    _clients: list[BrokerClient] = field(default_factory=list)

    @cached_property
    def chosen(self) -> Chosen:
        return choose(self.asked)

    @cached_property
    def client(self) -> BrokerClient:
        """Connected at its first use. Raises ClientError."""
        return self.connect(self.chosen)

    @property
    def vhost(self) -> str:
        return self.chosen.vhost if self.asked_vhost is None else self.asked_vhost

    def other(self, broker: str | None) -> Chosen:
        """Another broker of the brokers file; None: the same."""
        return self.chosen if broker is None else choose(Asked(broker=broker))

    def connect(self, chosen: Chosen) -> BrokerClient:
        if self._clients and chosen == self.chosen:
            return self._clients[0]
        client = registry.connect(chosen.address)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def show(self, headers: Sequence[str], rows: Sequence[output.Row], values: Any) -> None:
        """A table for people, `values` for programs."""
        if self.as_json:
            output.document(values)
        else:
            output.console().print(output.table(headers, rows))

    def say(self, sentence: str, **values: Any) -> None:
        """A sentence for people, the values for programs."""
        if self.as_json:
            output.document(values)
        else:
            click.echo(output.visible(sentence))

    def goes_on(self, *effects: str, destroys: bool = False) -> bool:
        """Whether to do what has these effects: not with --dry-run, which tells them; what destroys is asked about.

        Raises Problem when nobody can be asked.
        """
        if self.dry_run:
            if self.as_json:
                output.document({"dry_run": True, "effects": list(effects)})
            else:
                for effect in effects:
                    click.echo(output.visible(f"Would {effect}."))
            return False
        if not destroys or self.yes:
            return True
        whole = "; ".join(effects)
        if not is_asked():
            raise Problem(f"this would {whole}: say --yes to do it, or --dry-run to only see it", Exit.USAGE)
        if not click.confirm(output.visible(f"This will {whole}. Go on?"), err=True):
            raise Problem("nothing was done", Exit.STOPPED)
        return True


def is_asked() -> bool:
    """Whether there is somebody who can answer."""
    return sys.stdin.isatty()
