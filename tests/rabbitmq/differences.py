"""Where the embedded broker may answer otherwise than RabbitMQ 3.10, and why.

Each reason is a line of docs/compatibility.md; `test_twin.py` compares. A rule makes two ways to say one thing alike,
in every scenario. A difference is what follows the last line on which both brokers agree, in the scenarios named, and
fails when it is not there any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RIGHT = "A refusal of access names the right that is missing, as RabbitMQ 3.11 and later do."
LAST_DEATH = "Dead letters carry `x-last-death-*` beside `x-first-death-*`, as RabbitMQ 3.13 and later do."
SENTENCES = (
    "Where RabbitMQ ends a reply text with an Erlang term or says `unimplemented method`, ours ends it with a sentence;"
    " the code and what stands before are the same."
)
IDS = "A `connection.close` names the method under way for errors of frames and limits, too."
SILENT = (
    "A mistake in the handshake is answered with its reason, and a `connection.close` there with `connection.close-ok`;"
    " RabbitMQ waits three seconds and closes the socket without a word."
)
ZERO = "0 in `connection.tune-ok` sets no limit of the client's own, as AMQP says (§1.4.2.6); RabbitMQ refuses it."
UNKNOWN = "A class or method that AMQP does not have is 503; RabbitMQ cuts the connection off."
MALFORMED = "A malformed method, table or header is 502, as AMQP says (§1.2); RabbitMQ says 501 or 541 or cuts off."
HEARTBEAT = "A heartbeat on a channel is 501, as AMQP says (§4.2.7); RabbitMQ says 505."
LONG_BODY = "A body longer than its header announced is 501; RabbitMQ waits for more."
NAMES = "Line breaks in names of queues and exchanges stay where they are; RabbitMQ takes them out."

PASSIVE = (
    "A passive declaration is answered with 404 to a user without any right on the name, as if there were no such queue"
    " or exchange: RabbitMQ tells everybody in the vhost that it is there, and how long it is."
)


@dataclass(frozen=True, slots=True)
class Rule:
    reason: str
    pattern: str
    stand_in: str = ""

    def apply(self, line: str) -> str:
        return re.sub(self.pattern, self.stand_in, line)


@dataclass(frozen=True, slots=True)
class Difference:
    reason: str
    rabbitmq: tuple[str, ...]
    """A part of each line that RabbitMQ goes on with."""
    ours: tuple[str, ...]
    scenarios: tuple[str, ...]


REST = r"[^`]*(?=`)"
"""The rest of a reply text."""

RULES = (
    Rule(RIGHT, r"ACCESS_REFUSED - (configure|write|read) access to", "ACCESS_REFUSED - access to"),
    Rule(LAST_DEATH, r", 'x-last-death-(exchange|queue|reason)': '[^']*'"),
    Rule(
        SENTENCES,
        rf"invalid (arg|type '\w+' for arg) ('x-[\w-]+') (for|in) (queue '.*?' in vhost '.*?'){REST}",
        r"invalid \2 for \4",
    ),
    Rule(SENTENCES, r"(?<=invalid expiration)" + REST),
    Rule(SENTENCES, r"invalid (message|header B?CC):" + REST, "invalid message"),
    Rule(SENTENCES, r"(?<=Invalid x-match field)" + REST),
    Rule(SENTENCES, r"unimplemented method|\S+ is not for clients to send|\S+ belongs on channel 0", "unimplemented"),
    Rule(SENTENCES, r"(?<=FRAME_ERROR - )" + REST),
    Rule(IDS, r"(?<=`)( failing_(class|method)_id=\d+)+$"),
)

END = "end of socket"


def close(code: int) -> str:
    return f"connection.close reply_code={code}"


def cut_off(reason: str, code: int, *scenarios: str) -> Difference:
    """RabbitMQ closes the socket where ours says why."""
    return Difference(reason, (END,), (close(code), END), scenarios)


DIFFERENCES = (
    cut_off(
        SILENT,
        503,
        "handshake: a mechanism nobody knows",
        "handshake: tune-ok before the login",
        "handshake: open before the login",
        "handshake: the login twice",
        "handshake: open without tune-ok",
        "handshake: a channel before open",
    ),
    cut_off(
        SILENT,
        502,
        "handshake: a PLAIN response without its separators",
        "handshake: an AMQPLAIN response without a login",
    ),
    cut_off(
        SILENT,
        530,
        "handshake: frame_max below the minimum",
        "handshake: frame_max above the broker's",
        "handshake: channel_max above the broker's",
    ),
    Difference(SILENT, (END,), ("connection.close-ok", END), ("handshake: close during the handshake",)),
    Difference(ZERO, (END,), ("connection.open-ok",), ("handshake: zero means the broker's own limits",)),
    cut_off(UNKNOWN, 503, "broken_frames: a class that is not there", "broken_frames: a method that is not there"),
    cut_off(
        MALFORMED,
        502,
        "broken_frames: a table with a value of unknown type",
        "broken_frames: a table that ends in a value",
    ),
    Difference(
        MALFORMED,
        (close(501), END),
        (close(502), END),
        (
            "broken_frames: a method frame without a method",
            "broken_frames: a method frame of three bytes",
            "broken_frames: a method cut in its arguments",
            "broken_frames: a method with bytes after its arguments",
            "broken_frames: a header cut before its flags",
            "broken_frames: a table longer than its frame",
        ),
    ),
    Difference(MALFORMED, (close(541), END), (close(502), END), ("broken_frames: a header cut in a property",)),
    Difference(HEARTBEAT, (close(505), END), (close(501), END), ("broken_frames: a heartbeat on a channel",)),
    Difference(LONG_BODY, ("silence",), (close(501), END), ("broken_frames: a body longer than announced",)),
    Difference(
        PASSIVE,
        ("declare-ok",),
        ("channel.close reply_code=404",),
        ("permissions: declare a queue passively", "permissions: declare an exchange passively"),
    ),
    Difference(
        NAMES,
        ("declare-ok",),
        ("channel.close reply_code=404",),
        ("exchanges: a name with a line break loses it",),
    ),
    Difference(
        NAMES,
        ("queue=`q`", "queue=`q`"),
        ("queue=`q\r\n`", "channel.close reply_code=404"),
        ("queues: a name with a line break loses it",),
    ),
)

BY_SCENARIO = {name: difference for difference in DIFFERENCES for name in difference.scenarios}
REASONS = {rule.reason for rule in RULES} | {difference.reason for difference in DIFFERENCES}
