"""topic: words between dots, `*` for one word, `#` for any number (§3.1.3.3). A trie of words.

Each (node, word) is visited once per message, so several `#` in one key cost their product in nodes and words, never
an explosion (CVE-2026-67419's class).
"""

from __future__ import annotations

from collections.abc import Iterable

from brokerctl.core.exchanges.base import Binding, Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue


class Node:
    __slots__ = ("bound", "children")

    def __init__(self) -> None:
        self.children: dict[str, Node] = {}
        self.bound: list[Queue | Exchange] = []


class Topic(Exchange):
    type = "topic"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._root = Node()

    def destinations(self, routing_key: str, headers: Arguments) -> Iterable[Queue | Exchange]:
        words = routing_key.split(".") if routing_key else []
        found: list[Queue | Exchange] = []
        todo, seen = [(self._root, 0)], {(self._root, 0)}

        def visit(node: Node | None, at: int) -> None:
            if node is not None and (node, at) not in seen:
                seen.add((node, at))
                todo.append((node, at))

        while todo:
            node, at = todo.pop()
            if at == len(words):
                found.extend(node.bound)
            else:
                visit(node.children.get(words[at]), at + 1)
                visit(node.children.get("*"), at + 1)
            many = node.children.get("#")
            if many is not None:
                for rest in range(at, len(words) + 1):
                    visit(many, rest)
        return found

    def _added(self, binding: Binding) -> None:
        self._path(binding.routing_key)[-1].bound.append(binding.destination)

    def _removed(self, binding: Binding) -> None:
        path = self._path(binding.routing_key)
        path[-1].bound.remove(binding.destination)
        words = _words(binding.routing_key)
        # Prune from the leaf, or every name ever bound stays in memory.
        for parent, word, node in zip(path[-2::-1], reversed(words), reversed(path), strict=False):
            if node.bound or node.children:
                break
            del parent.children[word]

    def _path(self, routing_key: str) -> list[Node]:
        path = [self._root]
        for word in _words(routing_key):
            path.append(path[-1].children.setdefault(word, Node()))
        return path


def _words(routing_key: str) -> list[str]:
    return routing_key.split(".") if routing_key else []
