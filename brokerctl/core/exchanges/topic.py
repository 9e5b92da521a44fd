"""topic: words between dots, `*` for one word, `#` for any number (§3.1.3.3). A trie of words.

A message walks the trie word by word with the set of nodes it can be at. Each node is in the set at most once, so a key
costs at most its words times the nodes, however many `#` there are: no explosion (CVE-2026-67419's class).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from brokerctl.core.exchanges.base import Binding, Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue


class Node:
    __slots__ = ("bound", "children", "takes_any")

    def __init__(self, word: str = "") -> None:
        self.children: dict[str, Node] = {}
        self.bound: list[Queue | Exchange] = []
        self.takes_any = word == "#"
        """It stays where it is for every word that comes."""


class Topic(Exchange):
    type = "topic"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._root = Node()

    def destinations(self, routing_key: str, headers: Arguments) -> Iterable[Queue | Exchange]:
        return [destination for node in self._reached(routing_key) for destination in node.bound]

    def destinations_of_all(self, routing_keys: Sequence[str], headers: Arguments) -> Iterable[Queue | Exchange]:
        # All keys may end at the same few nodes, and each node may have thousands of destinations.
        reached: dict[Node, None] = {}
        for key in routing_keys:
            reached |= self._reached(key)
        return [destination for node in reached for destination in node.bound]

    def _reached(self, routing_key: str) -> dict[Node, None]:
        at: dict[Node, None] = {}
        _reach(self._root, at)
        for word in routing_key.split(".") if routing_key else ():
            before, at = at, {}
            for node in before:
                if node.takes_any:
                    at[node] = None
                children = node.children
                if word in children:
                    _reach(children[word], at)
                if "*" in children:
                    _reach(children["*"], at)
            if not at:
                break
        return at

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
            node = path[-1].children.get(word)
            if node is None:
                node = path[-1].children[word] = Node(word)
            path.append(node)
        return path


def _reach(node: Node, at: dict[Node, None]) -> None:
    """Be at this node, and at the `#` below it, which matches no word as well."""
    at[node] = None
    if "#" in node.children:
        at[node.children["#"]] = None


def _words(pattern: str) -> list[str]:
    """The words of a binding. `#.#` means what `#` means, so that no `#` ever stands below another."""
    words = pattern.split(".") if pattern else []
    return [word for at, word in enumerate(words) if word != "#" or not at or words[at - 1] != "#"]
