"""The web server as a process: uvicorn on every address of this machine. `python -m dashboard.web`."""

from __future__ import annotations

import gc
import os
import sys

import uvicorn

from brokerctl import ports
from brokerctl.errors import SettingError

DEFAULT_PORT = 8000
HOSTS = ("127.0.0.1", "::1")

MAX_SOCKET_BYTES = 65_536
"""Of one websocket message: what a page sends is a few hundred bytes."""


def hosts() -> tuple[str, ...]:
    """POSTROOM_WEB_HOSTS, by default this machine only."""
    given = os.environ.get("POSTROOM_WEB_HOSTS")
    return tuple(given.split(",")) if given else HOSTS


COLLECTOR = (50_000, 20, 50)
"""Of Python's garbage. What is known of ten thousand queues is some half a million objects, and with the default the
cycle collector walks through all of them at every other page: 200 ms in which nothing else happens."""


def main() -> int:
    gc.set_threshold(*COLLECTOR)
    try:
        port = int(os.environ.get("POSTROOM_WEB_PORT") or DEFAULT_PORT)
        sockets = ports.listen(hosts(), port)
    except (SettingError, ValueError) as error:
        print(f"The web server cannot start: {error}", file=sys.stderr)
        return 2
    config = uvicorn.Config(
        "dashboard.asgi:application",
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )
    uvicorn.Server(config).run(sockets=sockets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
