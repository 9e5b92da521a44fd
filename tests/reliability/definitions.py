"""Writers of definitions, over AMQP and over the API, that know at each moment what must be there after a crash.

Each writer owns its objects alone. What it knows is a dict: acknowledged changes are in it, deleted things are not. The
one change on its way when the broker dies may be there or not, but not by half.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

import amqp
import httpx

from brokerctl.names import path
from tests.reliability.clients import Worker, connected
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

Key = tuple[str, ...]
State = dict[Key, int]
"""Kind and names to a number that stands in the object itself: a limit, a pattern, a tag."""

OBJECTS = 3
"""Of each kind, per writer: few, so that names come back after a delete."""
ROUTING_KEYS = 4
VHOST = "/"


ENDS_WITH = {"queue": "binding", "user": "permission"}


class Writer(Worker):
    def __init__(self, broker: EmbeddedBroker, name: str, seed: int, known: State) -> None:
        super().__init__(broker, name, seed)
        self.known = known
        self.wanted: State = dict(known)
        """After the change that is on its way; the same as `known` while none is."""
        self.changes = 0

    def work(self) -> None:
        while True:
            self.change()
            self.known = dict(self.wanted)
            self.changes += 1

    @abstractmethod
    def change(self) -> None:
        """Write into `wanted` what will be, then do it. Returns when the broker acknowledged it."""

    def want(self, key: Key, number: int) -> int:
        self.wanted[key] = number
        return number

    def unwant(self, kind: str, name: str) -> None:
        """The object, and what ends with it."""
        kinds = {kind, ENDS_WITH.get(kind)}
        for key in [key for key in self.wanted if key[0] in kinds and key[1] == name]:
            del self.wanted[key]

    def any(self) -> str:
        return f"{self.name}.{self.random.randrange(OBJECTS)}"

    def number(self) -> int:
        return self.random.randrange(1, 1_000_000)


class AmqpWriter(Writer):
    """Queues with a limit, and bindings to the topic exchange."""

    def __init__(self, broker: EmbeddedBroker, name: str, seed: int, known: State) -> None:
        super().__init__(broker, name, seed, known)
        self.connection = connected(broker)
        self.channel = self.connection.channel()

    def close(self) -> None:
        self.connection.collect()

    def change(self) -> None:
        queue, channel = self.any(), self.channel
        if ("queue", queue) not in self.wanted:
            limit = self.want(("queue", queue), self.number())
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-max-length": limit})
        elif self.random.random() < 0.25:
            self.unwant("queue", queue)
            channel.queue_delete(queue)
        else:
            self._rebind(channel, queue, f"key.{self.random.randrange(ROUTING_KEYS)}")

    def _rebind(self, channel: amqp.Channel, queue: str, key: str) -> None:
        if self.wanted.pop(("binding", queue, key), None):
            channel.queue_unbind(queue, "amq.topic", key)
        else:
            self.want(("binding", queue, key), 1)
            channel.queue_bind(queue, "amq.topic", key)


class ApiWriter(Writer):
    """Users, whose password and tag are the same number; their permissions; policies."""

    DEATHS = (httpx.TransportError,)

    def __init__(self, broker: EmbeddedBroker, name: str, seed: int, known: State) -> None:
        super().__init__(broker, name, seed, known)
        self.client = api(broker)

    def close(self) -> None:
        self.client.close()

    def change(self) -> None:
        user = self.any()
        # Users least, as a password's hash takes longer than anything else here.
        match self.random.randrange(8):
            case 4 | 5 | 6 | 7:
                self._policy(self.any())
            case 1 if ("user", user) in self.wanted:
                self.unwant("user", user)
                self._ask("DELETE", "users", user)
            case 2 if ("permission", user) in self.wanted:
                self.unwant("permission", user)
                self._ask("DELETE", "permissions", VHOST, user)
            case 3 if ("user", user) in self.wanted:
                pattern = str(self.want(("permission", user), self.number()))
                rights = {"configure": pattern, "write": pattern, "read": pattern}
                self._ask("PUT", "permissions", VHOST, user, json=rights)
            case _:
                number = self.want(("user", user), self.number())
                self._ask("PUT", "users", user, json={"password": password(number), "tags": f"management,{number}"})

    def _policy(self, name: str) -> None:
        if self.wanted.pop(("policy", name), None):
            self._ask("DELETE", "policies", VHOST, name)
            return
        number = self.want(("policy", name), self.number())
        policy = {"pattern": f"^{number}$", "definition": {"max-length": number}, "apply-to": "queues"}
        self._ask("PUT", "policies", VHOST, name, json=policy)

    def _ask(self, method: str, *where: str, json: object = None) -> None:
        self.client.request(method, path(*where), json=json).raise_for_status()


def password(number: int) -> str:
    return f"password {number}"


def api(broker: EmbeddedBroker, user: str = "guest", word: str = "guest") -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{broker.api_port}/api", auth=(user, word), timeout=PATIENCE_SECONDS)


def found(broker: EmbeddedBroker) -> State:
    """All that is there of the writers, after a restart."""
    state: State = {}
    with api(broker) as client:
        for queue in client.get(path("queues", VHOST)).json():
            state["queue", queue["name"]] = queue["arguments"]["x-max-length"]
        for binding in client.get(path("bindings", VHOST)).json():
            if binding["source"]:
                state["binding", binding["destination"], binding["routing_key"]] = 1
        for user in client.get("users").json():
            if user["name"] != "guest":
                state["user", user["name"]] = _same(int(tag) for tag in user["tags"] if tag != "management")
        for permission in client.get("permissions").json():
            if permission["user"] != "guest":
                patterns = (permission[each] for each in ("configure", "write", "read"))
                state["permission", permission["user"]] = _same(int(pattern) for pattern in patterns)
        for policy in client.get(path("policies", VHOST)).json():
            numbers = (int(policy["pattern"].strip("^$")), policy["definition"]["max-length"])
            state["policy", policy["name"]] = _same(numbers)
    return state


def _same(numbers: Iterable[int]) -> int:
    """The number that an object has in several places; 0, which no writer gives, when it is a different one there."""
    different = set(numbers)
    return different.pop() if len(different) == 1 else 0
