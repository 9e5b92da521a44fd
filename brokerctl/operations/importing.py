"""Importing definitions as a plan: what is new, what changes, what cannot be changed, what a broker would leave out.

A RabbitMQ says nothing when it leaves something out, so this says it before. Nothing is deleted, as by every import.
A plan is worked out from an export of the broker; `apply` does just that plan, item by item, and looks afterwards
whether what was accepted is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Arguments, Definitions
from brokerctl.errors import BrokerUnreachable, ClientError, LoginRefused, OperationCancelled, RequestRefused
from brokerctl.operations import diff
from brokerctl.operations.progress import Control, ItemResult, Outcome, Tally

TOGETHER = 100
"""Items of one request. When one of them is refused they are sent one by one, to find out which."""

OF_THE_FILE = frozenset(
    {
        "rabbit_version",
        "rabbitmq_version",
        "rabbitmq_definition_format",
        "original_cluster_name",
        "original_vhost_name",
        "product_name",
        "product_version",
        "explanation",
        "vhost",
        "metadata",
        "description",
        "default_queue_type",
        "limits",
    }
)
"""Keys of a file that say something about itself, or about its vhost, and are no list of items."""

NOT_IN_ONE_VHOST = frozenset({"vhosts", "users", "permissions", "topic_permissions", "global_parameters"})
"""Kinds that an import into one vhost leaves out."""


class Verdict(StrEnum):
    ADD = "add"
    CHANGE = "change"
    CONFLICT = "conflict"
    """There with other properties, which nobody can change: it stays as it is."""
    IGNORED = "ignored"
    """The broker would leave it out."""


@dataclass(slots=True, frozen=True)
class Planned:
    verdict: Verdict
    kind: str
    """'queues', 'users' …"""
    name: tuple[str, ...]
    """As brokerctl.operations.diff.NAMED_BY says."""
    before: Arguments
    """What differs, as it is on the broker."""
    after: Arguments
    reason: str = ""
    """Of a conflict and of what is ignored."""
    item: Arguments = field(default_factory=dict, repr=False, compare=False)
    """As the file has it: it may hold the hash of a password."""


@dataclass(slots=True, frozen=True)
class Plan:
    items: tuple[Planned, ...]
    """In the order in which they are applied."""
    same: int
    """Items of the file that are on the broker just so."""
    only_there: int
    """Things of the broker that the file does not have; they stay."""

    def of(self, verdict: Verdict) -> list[Planned]:
        return [each for each in self.items if each.verdict is verdict]

    def to_apply(self) -> list[Planned]:
        return [each for each in self.items if each.verdict in (Verdict.ADD, Verdict.CHANGE)]

    def digest(self) -> str:
        """What the plan comes to, as one short text: another one means that the broker changed meanwhile."""
        told = [(each.verdict, each.kind, each.name, each.before, each.after) for each in self.items]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def into(document: Arguments, vhost: str | None) -> Definitions:
    """A file's document as what an import into this vhost takes it for; None: of everything."""
    if vhost is None:
        return Definitions(document)
    # An import into one vhost puts everything there, whatever the file says of its vhost.
    moved = {
        kind: [{key: value for key, value in item.items() if key != "vhost"} if isinstance(item, dict) else item
               for item in items]
        if isinstance(items, list) and kind in diff.NAMED_BY and kind not in NOT_IN_ONE_VHOST
        else items
        for kind, items in document.items()
    }  # fmt: skip
    return Definitions(moved, vhost)


def plan(current: Definitions, wanted: Definitions) -> Plan:
    """What importing `wanted` would do to a broker that is as `current`. Raises RequestRefused for what is no file."""
    ignored = list(_ignored(wanted))
    left_out = {(each.kind, each.name) for each in ignored}
    kinds = [kind for kind in diff.NAMED_BY if wanted.vhost is None or kind not in NOT_IN_ONE_VHOST]
    raw = {kind: diff.by_name(wanted, kind) for kind in kinds}
    planned: list[Planned] = []
    only_there = 0
    for change in diff.diff(current, wanted):
        if change.what is diff.What.REMOVED:
            only_there += 1
        elif change.kind in raw and (change.kind, change.name) not in left_out:
            planned.append(_planned(change, raw[change.kind][change.name]))
    total = sum(len(items) for items in raw.values())
    same = total - len(planned) - sum(1 for kind, name in left_out if name in raw.get(kind, {}))
    return Plan((*planned, *ignored), max(same, 0), only_there)


def _planned(change: diff.Change, item: Arguments) -> Planned:
    if change.what is diff.What.ADDED:
        return Planned(Verdict.ADD, change.kind, change.name, {}, change.after, item=item)
    if change.kind in ("queues", "exchanges"):
        keys = ", ".join(sorted(change.before.keys() | change.after.keys()))
        reason = f"it is there with other {keys}, which cannot be changed: delete it first, or leave it"
        return Planned(Verdict.CONFLICT, change.kind, change.name, change.before, change.after, reason, item)
    return Planned(Verdict.CHANGE, change.kind, change.name, change.before, change.after, item=item)


def _ignored(wanted: Definitions) -> Iterator[Planned]:
    for kind, items in wanted.document.items():
        if kind not in diff.NAMED_BY:
            if kind not in OF_THE_FILE:
                yield Planned(Verdict.IGNORED, kind, (), {}, {}, "no broker knows this part of the file")
            continue
        if not isinstance(items, list):
            raise RequestRefused(f"{kind} of the file is not a list")
        if wanted.vhost is not None and kind in NOT_IN_ONE_VHOST:
            if items:
                reason = f"an import into one vhost leaves out {kind.replace('_', ' ')}"
                yield Planned(Verdict.IGNORED, kind, (), {}, {"items": len(items)}, reason)
            continue
        for name, item in diff.by_name(wanted, kind).items():
            if reason := _left_out(kind, item):
                yield Planned(Verdict.IGNORED, kind, name, {}, {}, reason, item)


def _left_out(kind: str, item: Arguments) -> str:
    """Why a RabbitMQ leaves it out without a word (rabbit_definitions); empty when it does not."""
    name = item.get("name")
    if kind in ("queues", "exchanges") and isinstance(name, str) and name.startswith("amq."):
        return "names that begin with amq. are the broker’s own"
    if kind == "exchanges" and name == "":
        return "the default exchange is in every vhost"
    if kind == "bindings" and item.get("source") == "":
        return "every queue is bound to the default exchange by itself"
    return ""


def apply(client: BrokerClient, wanted: Definitions, digest: str, control: Control | None = None) -> Tally:
    """Do the plan that has this digest. Raises RequestRefused when it is another one by now; then nothing was done.

    A refused item does not stop the rest. Raises OperationCancelled between two requests.
    """
    control = control or Control()
    now = plan(client.definitions(wanted.vhost), wanted)
    if now.digest() != digest:
        raise RequestRefused(
            "the broker was changed after the plan was made, so another plan is needed; nothing was applied"
        )
    todo = now.to_apply()
    tally = Tally(total=len(todo))
    control.report(tally)
    for _, same_kind in groupby(todo, key=lambda each: each.kind):
        items = list(same_kind)
        for start in range(0, len(items), TOGETHER):
            _stop_if_asked(control, tally, todo)
            _send(client, wanted.vhost, items[start : start + TOGETHER], tally)
            control.report(tally)
    return _checked(client, wanted, todo, tally)


def _stop_if_asked(control: Control, tally: Tally, todo: Sequence[Planned]) -> None:
    if not control.is_cancelled():
        return
    rest = todo[len(tally.items) :]
    for each in rest:
        tally.add_item(result(each, Outcome.LEFT, "not tried"))
    control.report(tally)
    raise OperationCancelled(f"cancelled; {len(rest)} definitions were not tried")


def _send(client: BrokerClient, vhost: str | None, items: list[Planned], tally: Tally) -> None:
    try:
        client.import_definitions(Definitions({items[0].kind: [each.item for each in items]}, vhost))
    except (BrokerUnreachable, LoginRefused):
        raise
    except ClientError as error:
        if len(items) == 1:
            tally.add_item(result(items[0], Outcome.FAILED, str(error)))
            return
        for each in items:
            _send(client, vhost, [each], tally)
        return
    for each in items:
        tally.add_item(result(each, Outcome.DONE))


def _checked(client: BrokerClient, wanted: Definitions, todo: Sequence[Planned], tally: Tally) -> Tally:
    """What was accepted and is not there afterwards counts as failed: a broker may leave things out silently."""
    missing = {(each.kind, each.name) for each in plan(client.definitions(wanted.vhost), wanted).of(Verdict.ADD)}
    checked = Tally(total=tally.total)
    for each, told in zip(todo, tally.items, strict=True):
        is_lost = told.outcome is Outcome.DONE and (each.kind, each.name) in missing
        checked.add_item(result(each, Outcome.FAILED, "the broker took it and did not make it") if is_lost else told)
    return checked


def result(each: Planned, outcome: Outcome, reason: str = "") -> ItemResult:
    """As a line of a job: the kind of the thing and its name stand where a queue's name does."""
    vhost, words = told(each)
    return ItemResult(vhost, words, outcome, None, reason)


def told(each: Planned) -> tuple[str, str]:
    """(vhost, 'queue orders') of an item, for people."""
    names: dict[str, Any] = dict(zip(diff.NAMED_BY.get(each.kind, ()), each.name, strict=False))
    vhost = str(names.pop("vhost", ""))
    noun = each.kind.replace("_", " ")
    noun = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    if each.kind == "bindings" and names:
        key = f" ({names['routing_key']})" if names["routing_key"] else ""
        return vhost, f"{noun} {names['source']} → {names['destination']}{key}"
    return vhost, " ".join([noun, *(str(name) for name in names.values())])
