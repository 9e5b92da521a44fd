from __future__ import annotations

from typing import Any

import pytest

from tests.interop.steps import STEPS, Client, Door
from tests.interop.with_aio_pika import AioPika
from tests.interop.with_amqpstorm import AmqpStorm
from tests.interop.with_kombu import Kombu
from tests.interop.with_pika import Pika


@pytest.mark.parametrize("library", [Pika, Kombu, AioPika, AmqpStorm])
def test_client_gets_what_amqp_promises(library: type[Client], door: Door) -> None:
    client = library(door, f"interop.{library.__name__}.{'tls' if door.ca else 'plain'}")

    came_of_it: dict[str, Any] = {step: getattr(client, step)() for step in STEPS}

    assert came_of_it == STEPS
