"""Peers that never log in: parked in the middle of a handshake, or guessing as fast as they can. A process of its own.

    python -m tests.reliability.strangers park <address> <amqp port> <tls port> <count>
    python -m tests.reliability.strangers guess <address> <amqp port> <seconds>

prints one line of JSON. All of 127.0.0.0/8 is this machine, so several of these come from several addresses.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from itertools import cycle, islice

from brokerctl.wire import frames, spec
from brokerctl.wire.methods import connection

HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
TOLD = {"capabilities": {"authentication_failure_close": True}}
LOG_IN = frames.method(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
TUNE = frames.method(0, connection.TuneOk(0, 0, 0))

STATES = {
    "nothing": b"",
    "part of the protocol header": spec.PROTOCOL_HEADER[:3],
    "protocol header": spec.PROTOCOL_HEADER,
    "part of start-ok": spec.PROTOCOL_HEADER + LOG_IN[:20],
    "start-ok": spec.PROTOCOL_HEADER + LOG_IN,
    "tune-ok": spec.PROTOCOL_HEADER + LOG_IN + TUNE,
    "half a ClientHello": HALF_HELLO,
    "plain text to TLS": spec.PROTOCOL_HEADER,
}
TO_TLS = ("half a ClientHello", "plain text to TLS")
PATIENCE_SECONDS = 60.0
AT_ONCE = 80
"""Guesses. Fewer than may be half-open of one address."""

Ports = tuple[int, int]


async def park(address: str, ports: Ports, count: int) -> dict[str, object]:
    """Stay in each state until the broker closes; how that went, and how long it took at most."""
    limit = asyncio.Semaphore(200)
    states = islice(cycle(STATES), count)
    outcomes = await asyncio.gather(*(_stay(address, ports, state, limit) for state in states))
    ended = Counter(outcome for outcome, _ in outcomes)
    return {"ended": dict(ended), "seconds": round(max(seconds for _, seconds in outcomes), 1)}


async def _stay(address: str, ports: Ports, state: str, limit: asyncio.Semaphore) -> tuple[str, float]:
    async with limit:
        # Together they would overflow the kernel's queue, and be parked where the broker never sees them.
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", ports[state in TO_TLS], local_addr=(address, 0))
        writer.write(STATES[state])
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await reader.read(4096):
                pass
    except TimeoutError:
        return f"still open: {state}", PATIENCE_SECONDS
    except ConnectionError:
        pass
    finally:
        writer.close()
    return "closed", time.monotonic() - began


async def guess(address: str, port: int, seconds: float) -> dict[str, object]:
    """Wrong logins, many at once, for so long; how many were answered with a refusal, and how many got in."""
    end = time.monotonic() + seconds
    outcomes: Counter[str] = Counter()

    async def one(number: int) -> None:
        while time.monotonic() < end:
            try:
                outcomes[await _guess(address, port, number + sum(outcomes.values()))] += 1
            except (OSError, TimeoutError):
                outcomes["cut off"] += 1

    await asyncio.gather(*(one(number) for number in range(AT_ONCE)))
    return dict(outcomes)


async def _guess(address: str, port: int, number: int) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    try:
        user = b"guest" if number % 2 else b"user-%d" % (number % 50)
        wrong = connection.StartOk(TOLD, "PLAIN", b"\0" + user + b"\0wrong-%d" % number, "en_US")
        writer.write(spec.PROTOCOL_HEADER + frames.method(0, wrong))
        heard = b""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while b"ACCESS_REFUSED" not in heard:
                data = await reader.read(4096)
                if not data:
                    return "cut off"
                heard += data
        return "refused"
    finally:
        writer.close()


def main(arguments: list[str]) -> None:
    what, address, *numbers = arguments
    if what == "park":
        amqp_port, tls_port, count = map(int, numbers)
        print(json.dumps(asyncio.run(park(address, (amqp_port, tls_port), count))))
    else:
        print(json.dumps(asyncio.run(guess(address, int(numbers[0]), float(numbers[1])))))


if __name__ == "__main__":
    main(sys.argv[1:])
