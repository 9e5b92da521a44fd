"""Rates from a whole broker, with the clock in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import httpx

from brokerctl.core import publishing
from brokerctl.core.channel import Peer
from brokerctl.core.effects import Effects
from brokerctl.core.message import Message
from brokerctl.management.app import create_app
from brokerctl.management.door import Door
from brokerctl.management.sampling import Sampler
from tests.brokerctl.management.inside import inside


class Scene:
    """A broker with one queue, its API, and a sampler that reads when told to."""

    def __init__(self, door: Door, api: httpx.AsyncClient, sampler: Sampler, clock: list[float]) -> None:
        self.door = door
        self.sampler = sampler
        self._api = api
        self._clock = clock
        self.channel = door.broker.open_channel(Peer("c", "guest", "/"), 1)

    def after(self, seconds: float) -> None:
        """Let time pass, then take readings."""
        self._clock[0] += seconds
        self.sampler.read_all()

    def publish(self, count: int) -> None:
        def command(effects: Effects) -> None:
            vhost = self.door.broker.vhosts["/"]
            for _ in range(count):
                header = self.door.properties.encode({}, 1)
                publishing.publish(vhost, self.channel, Message("", "q", header, b"x"), False, effects)

        self.door.run(command)

    async def get(self, where: str, **asked: object) -> Any:
        reply = await self._api.get("/api" + where, params={name: str(value) for name, value in asked.items()})
        return reply.raise_for_status().json()


def play(scene: Callable[[Scene], Awaitable[None]]) -> None:
    clock = [1000.0]

    async def run() -> None:
        async with inside() as door:
            door.run(lambda effects: door.broker.vhosts["/"].declare_queue("q", effects))
            app = create_app(door, clock=lambda: clock[0])
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://x", auth=("guest", "guest")) as api:
                await scene(Scene(door, api, app.state.sampler, clock))

    asyncio.run(run())


def test_rates_show_on_queue_and_exchange() -> None:
    async def scene(scene: Scene) -> None:
        scene.after(5)
        scene.publish(50)
        scene.after(5)

        queue = await scene.get("/queues/%2F/q")
        exchange = await scene.get("/exchanges/%2F/amq.default")
        (listed,) = await scene.get("/queues", columns="message_stats.publish_details.rate,messages_details")

        assert queue["message_stats"]["publish_details"] == {"rate": 10.0}
        assert queue["messages_details"] == {"rate": 10.0}
        assert queue["messages_ready_details"] == {"rate": 10.0}
        assert exchange["message_stats"]["publish_out_details"] == {"rate": 10.0}
        assert listed == {"message_stats": {"publish_details": {"rate": 10.0}}, "messages_details": {"rate": 10.0}}

    play(scene)


def test_a_rate_ends_with_the_traffic_and_the_queue_is_idle() -> None:
    async def scene(scene: Scene) -> None:
        scene.after(5)
        scene.publish(50)
        scene.after(5)
        assert "idle_since" not in await scene.get("/queues/%2F/q")
        scene.after(5)

        queue = await scene.get("/queues/%2F/q")

        assert queue["message_stats"]["publish_details"] == {"rate": 0.0}
        assert queue["idle_since"].endswith("+00:00")

    play(scene)


def test_a_young_queue_has_no_rate_yet() -> None:
    async def scene(scene: Scene) -> None:
        scene.publish(1)

        queue = await scene.get("/queues/%2F/q", msg_rates_age=60, msg_rates_incr=5)

        assert queue["message_stats"]["publish"] == 1
        assert queue["message_stats"]["publish_details"] == {"rate": 0.0, "samples": []}

    play(scene)


def test_samples_cover_the_range() -> None:
    async def scene(scene: Scene) -> None:
        for _ in range(20):
            scene.publish(5)
            scene.after(5)

        queue = await scene.get("/queues/%2F/q", lengths_age=30, lengths_incr=10)

        details = queue["messages_details"]
        assert [sample["sample"] for sample in details["samples"]] == [100, 90, 80, 70]
        stamps = [sample["timestamp"] for sample in details["samples"]]
        assert [earlier - later for earlier, later in pairwise(stamps)] == [10_000] * 3
        assert (details["rate"], details["avg_rate"], details["avg"]) == (1.0, 1.0, 85.0)

    play(scene)


def test_a_queue_made_anew_starts_anew() -> None:
    async def scene(scene: Scene) -> None:
        scene.publish(50)
        scene.after(5)
        vhost = scene.door.broker.vhosts["/"]
        scene.door.run(lambda effects: vhost.delete_queue(vhost.queues["q"], effects))
        scene.door.run(lambda effects: vhost.declare_queue("q", effects))
        scene.publish(1)
        scene.after(5)

        queue = await scene.get("/queues/%2F/q")

        assert queue["message_stats"]["publish_details"] == {"rate": 0.0}

    play(scene)


def test_a_total_that_loses_a_vhost_has_no_negative_rate() -> None:
    async def scene(scene: Scene) -> None:
        broker = scene.door.broker
        scene.door.run(lambda effects: broker.add_vhost("v", effects))
        broker.vhosts["v"].closed_channels.publish = 1000
        broker.vhosts["/"].closed_channels.publish = 10
        scene.after(5)
        scene.door.run(lambda effects: broker.delete_vhost("v", effects))
        scene.after(5)

        stats = (await scene.get("/overview"))["message_stats"]

        assert (stats["publish"], stats["publish_details"]) == (10, {"rate": 0.0})

    play(scene)


def test_readings_of_what_is_gone_are_let_go() -> None:
    async def scene(scene: Scene) -> None:
        vhost = scene.door.broker.vhosts["/"]
        queue = vhost.queues["q"]
        scene.after(5)
        assert scene.sampler.series(queue) is not None

        scene.door.run(lambda effects: vhost.delete_queue(queue, effects))
        scene.after(5)

        assert scene.sampler.series(queue) is None

    play(scene)


def test_the_sampler_runs_as_long_as_the_application() -> None:
    async def scenario() -> None:
        async with inside() as door:
            app = create_app(door)
            async with app.router.lifespan_context(app):
                running = [task for task in asyncio.all_tasks() if task.get_name() == "sampling"]
                assert len(running) == 1
            assert running[0].cancelled()

    asyncio.run(scenario())
