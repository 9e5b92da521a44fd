"""What the patterns of a permission mean in words, and which of the names that are there they match.

A broker searches a pattern anywhere in a name, unless it is anchored, and takes an empty one for ^$. The default
exchange is asked for as amq.default (RabbitMQ, docs/access-control).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from dashboard.declaring.patterns import BadPattern, Searcher, compiled
from dashboard.snapshot import Snapshot
from dashboard.words import counted, visible

PAGE_SECONDS = 1.0
"""Of all patterns of a page together; the counts of what is left are not shown then."""

MATCHING_NOTHING = frozenset({"", "^$"})
MATCHING_EVERYTHING = frozenset({"^", "$", ".*", ".*?", ".+", "^.+$", "^.+", ".+$"})
SPECIAL = frozenset(r".^$*+?{}[]\|()")
SEPARATORS = frozenset(".-_:/")
"""Behind one of these the beginning of a name is meant as such."""


class Reach(StrEnum):
    NOTHING = "nothing"
    EVERYTHING = "everything"
    EXACT = "exact"
    BEGINNING = "beginning"
    END = "end"
    PART = "part"
    OTHER = "other"
    """A pattern that only a regular expression can say."""


@dataclass(slots=True, frozen=True)
class Meaning:
    reach: Reach
    texts: tuple[str, ...] = ()
    """The names, or parts of names, that it spells out."""


@lru_cache(1024)
def meaning(pattern: str) -> Meaning:
    """What a pattern says when it is read as people write them."""
    if pattern in MATCHING_NOTHING:
        return Meaning(Reach.NOTHING)
    if pattern in MATCHING_EVERYTHING:
        return Meaning(Reach.EVERYTHING)
    exact = [_literal(part[1:-1]) for part in pattern.split("|") if part.startswith("^") and _is_ended(part)]
    if len(exact) == pattern.count("|") + 1 and None not in exact:
        return Meaning(Reach.EXACT, tuple(text for text in exact if text is not None))
    body, begins, ends = _bare(pattern)
    if not body:
        return Meaning(Reach.EVERYTHING)
    texts = _alternatives(body)
    if texts is None:
        return Meaning(Reach.OTHER)
    kinds = {(True, True): Reach.EXACT, (True, False): Reach.BEGINNING, (False, True): Reach.END}
    return Meaning(kinds.get((begins, ends), Reach.PART), texts)


def _is_ended(pattern: str) -> bool:
    """Whether it ends with a $ that stands for the end."""
    body = pattern[:-1]
    return pattern.endswith("$") and (len(body) - len(body.rstrip("\\"))) % 2 == 0


def _bare(pattern: str) -> tuple[str, bool, bool]:
    """The pattern without anchors and without .* at its ends; and whether it is anchored at either."""
    begins, ends = pattern.startswith("^"), _is_ended(pattern)
    body = pattern[begins : len(pattern) - ends]
    if body.startswith(".*"):
        begins, body = False, body[2:]
    if body.endswith(".*") and not body.endswith("\\.*"):
        ends, body = False, body[:-2]
    return body, begins, ends


def _alternatives(body: str) -> tuple[str, ...] | None:
    """'orders', or the texts of '(new|retry)'; None when there is more to it."""
    if body.startswith("(") and body.endswith(")"):
        body = body[1:-1].removeprefix("?:")
        texts = [_literal(part) for part in body.split("|")]
    else:
        texts = [_literal(body)]
    found = tuple(text for text in texts if text)
    return found if len(found) == len(texts) else None


def _literal(text: str) -> str | None:
    """What it spells, without its backslashes; None when something in it stands for something else."""
    found, chars = "", iter(text)
    for char in chars:
        if char == "\\":
            char = next(chars, "")
            if not char or char.isalnum():
                return None
        elif char in SPECIAL:
            return None
        found += char
    return found


def quoted(text: str) -> str:
    """A text as a pattern that matches just it."""
    return "".join(f"\\{char}" if char in SPECIAL else char for char in text)


WORDS = {
    Reach.NOTHING: "nothing",
    Reach.EVERYTHING: "everything",
    Reach.EXACT: "only {}",
    Reach.BEGINNING: "what begins with {}",
    Reach.END: "what ends with {}",
    Reach.PART: "whatever has {} in its name",
    Reach.OTHER: "what matches {}",
}
KEY_WORDS = {
    Reach.NOTHING: "no key",
    Reach.EVERYTHING: "every key",
    Reach.EXACT: "only the key {}",
    Reach.BEGINNING: "keys that begin with {}",
    Reach.END: "keys that end with {}",
    Reach.PART: "keys that contain {}",
    Reach.OTHER: "keys that match {}",
}


def phrase(pattern: str, words: dict[Reach, str] = WORDS) -> str:
    """'everything', 'only “orders” and “events”', 'what begins with “orders.”'."""
    found = meaning(pattern)
    link = " and " if found.reach is Reach.EXACT else " or "
    texts = [visible(text) for text in found.texts or (pattern,)]
    return words[found.reach].format(link.join(f"“{text}”" for text in texts))


@dataclass(slots=True, frozen=True)
class Right:
    """One of the patterns of a permission."""

    name: str
    label: str
    verb: str
    """What it lets somebody do, behind 'may'."""
    words: dict[Reach, str]

    def sentence(self, pattern: str) -> str:
        return f"May {self.verb} {phrase(pattern, self.words)}."


RIGHTS = (
    Right("configure", "Configure", "declare and delete", WORDS),
    Right("write", "Write", "publish to and bind", WORDS),
    Right("read", "Read", "consume, get, purge and bind from", WORDS),
)
TOPIC_RIGHTS = (Right("write", "Write", "publish with", KEY_WORDS), Right("read", "Read", "bind with", KEY_WORDS))


@dataclass(slots=True, frozen=True)
class Preset:
    name: str
    title: str
    explained: str
    patterns: tuple[str, str, str]
    """As RIGHTS; '*' for whatever names it is narrowed to."""

    def filled(self, begins: str) -> dict[str, str]:
        """Its patterns for names that begin so; an empty text is every name."""
        of_names = f"^{quoted(begins)}" if begins else ".*"
        patterns = (of_names if each == "*" else each for each in self.patterns)
        return {right.name: pattern for right, pattern in zip(RIGHTS, patterns, strict=True)}


PRESETS = (
    Preset("full", "Full access", "declares, publishes, reads", ("*", "*", "*")),
    Preset("publish", "Publish only", "declares and reads nothing", ("^$", "*", "^$")),
    Preset("consume", "Consume only", "declares and publishes nothing", ("^$", "^$", "*")),
    Preset("unread", "Read nothing", "declares and publishes", ("*", "*", "^$")),
    Preset("none", "Nothing", "may connect, and no more", ("^$", "^$", "^$")),
)


@dataclass(slots=True, frozen=True)
class Matched:
    """The names that a pattern matches."""

    queues: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """Routing keys, of topic permissions."""
    beyond: tuple[str, ...] = ()
    """Those of which it matches only a part; looked for where the pattern is loose."""
    problem: str = ""
    """Why it is not known; a sentence."""

    @property
    def count(self) -> int:
        return len(self.queues) + len(self.exchanges) + len(self.keys)

    @property
    def text(self) -> str:
        """'2 queues, 1 exchange'."""
        found = ((self.queues, "queue"), (self.exchanges, "exchange"), (self.keys, "binding key"))
        return ", ".join(counted(len(names), noun) for names, noun in found if names) or "nothing that is there"


class Names:
    """The queues and exchanges of one vhost, to be searched by many patterns within a bound of time."""

    def __init__(
        self,
        queues: Iterable[str],
        exchanges: Iterable[str],
        keys: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queues = tuple(sorted(queues))
        self._exchanges = tuple(sorted(name or "amq.default" for name in exchanges))
        self._keys = tuple(sorted(set(keys)))
        self._known: dict[str, Matched] = {}
        self._clock = clock
        self._spent = 0.0

    @classmethod
    def of(cls, taken: Snapshot, vhost: str) -> Names:
        """As the collector last saw them; the same one as long as nothing newer is known."""
        key = ("names of rights", vhost)
        found = taken.memo.get(key)
        if not isinstance(found, Names):
            queues = (name for of, name in taken.queues if of == vhost)
            exchanges = (each.name for each in taken.exchanges if each.vhost == vhost)
            found = taken.memo[key] = cls(queues, exchanges)
        return found

    @classmethod
    def of_keys(cls, keys: Iterable[str]) -> Names:
        return cls((), (), keys)

    def matched(self, pattern: str) -> Matched:
        """Never raises: what cannot be told is said."""
        if pattern not in self._known:
            if self._spent > PAGE_SECONDS:
                return Matched(problem="There are too many patterns to count what each matches.")
            began = self._clock()
            try:
                self._known[pattern] = self._searched(pattern)
            except BadPattern as error:
                self._known[pattern] = Matched(problem=str(error))
            self._spent += self._clock() - began
        return self._known[pattern]

    def _searched(self, pattern: str) -> Matched:
        found = meaning(pattern)
        if found.reach is Reach.NOTHING:
            return Matched()
        if found.reach is Reach.EVERYTHING:
            return Matched(self._queues, self._exchanges, self._keys)
        searcher, search = Searcher(), compiled(pattern)
        queues, exchanges, keys = (
            tuple(name for name in names if searcher.finds(search, name))
            for names in (self._queues, self._exchanges, self._keys)
        )
        hits = dict.fromkeys((*queues, *exchanges, *keys))
        return Matched(queues, exchanges, keys, _beyond(pattern, hits) if is_loose(pattern) else ())


def _beyond(pattern: str, hits: Iterable[str]) -> tuple[str, ...]:
    """The names of which the pattern is only a part."""
    texts = meaning(pattern).texts
    if texts:
        return tuple(name for name in hits if name not in texts)
    try:
        searcher, whole = Searcher(), compiled(rf"\A(?:{pattern})\Z")
        return tuple(name for name in hits if not searcher.finds(whole, name))
    except BadPattern:
        # A comment of a verbose pattern takes the rest with it: then nothing is known, and nothing said.
        return ()


def allows(pattern: str, name: str) -> bool:
    """Whether a pattern lets somebody at the thing of this name; one that cannot be read lets at none."""
    try:
        return Searcher().finds(compiled(pattern or "^$"), name or "amq.default")
    except BadPattern:
        return False


def is_loose(pattern: str) -> bool:
    """Whether it is probably meant for fewer names than it matches: not anchored where a name is spelled out."""
    found = meaning(pattern)
    if found.reach is Reach.BEGINNING:
        return not pattern.endswith((".*", ".*$")) and any(text[-1] not in SEPARATORS for text in found.texts)
    if found.reach is Reach.OTHER:
        return not (pattern.startswith("^") and _is_ended(pattern))
    return found.reach in (Reach.PART, Reach.END) and not pattern.startswith((".*", "^.*"))


def warning(pattern: str, found: Matched) -> str:
    """That a pattern matches more than the name that was typed, with what it also matches; empty when it does not."""
    if not is_loose(pattern) or not found.beyond:
        return ""
    spelled = meaning(pattern).texts
    names = ", ".join(map(visible, found.beyond[:3]))
    rest = f" and {len(found.beyond) - 3:,} more" if len(found.beyond) > 3 else ""
    whole = "|".join(map(quoted, spelled)) if spelled else pattern
    whole = f"^{whole}$" if len(spelled) == 1 else f"^({whole})$"
    return (
        f"It is searched anywhere in a name, so it also matches {names}{rest}. Write {whole} for the whole name only."
    )
