"""The embedded broker, which takes its readings as often as the RabbitMQ of the tests: nobody waits for the second."""

from __future__ import annotations

from brokerctl.management import sampling
from brokerctl.server.main import main

if __name__ == "__main__":
    sampling.INTERVAL_SECONDS = 1.0
    raise SystemExit(main())
