"""What waits for one browser, with a function in the place of its socket."""

from __future__ import annotations

import asyncio

from dashboard.live.outbox import WAITING, Outbox
from tests.support.waiting import PATIENCE_SECONDS


def test_texts_go_in_order_and_a_slow_browser_delays_nobody() -> None:
    sent: list[str] = []

    async def scene() -> None:
        may_go, all_sent, again_sent = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def send(text: str) -> None:
            await may_go.wait()
            sent.append(text)
            if len(sent) == WAITING:
                all_sent.set()
            if text == "again":
                again_sent.set()

        outbox = Outbox(send)
        task = asyncio.create_task(outbox.run())
        taken = [outbox.put(str(number)) for number in range(WAITING + 3)]
        assert taken == [True] * WAITING + [False] * 3

        may_go.set()
        await all_sent.wait()
        assert outbox.put("again")
        await again_sent.wait()
        task.cancel()

    asyncio.run(scene())

    assert sent == [*map(str, range(WAITING)), "again"]


def test_a_browser_that_went_away_ends_its_task() -> None:
    async def send(text: str) -> None:
        raise ConnectionResetError

    async def scene() -> None:
        outbox = Outbox(send)
        outbox.put("unheard")
        await asyncio.wait_for(outbox.run(), timeout=PATIENCE_SECONDS)

    asyncio.run(scene())
