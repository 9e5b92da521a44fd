"""The conversations, one module a theme."""

from tests.rabbitmq.scenarios import (
    acknowledging,
    arguments,
    bindings,
    broken_frames,
    channels,
    confirming,
    consuming,
    dead_letters,
    direct_replies,
    exchanges,
    getting,
    handshake,
    permissions,
    publishing,
    queues,
    recovering,
    routing,
    transactions,
)
from tests.rabbitmq.steps import Scenario

THEMES = (
    handshake,
    channels,
    broken_frames,
    exchanges,
    queues,
    arguments,
    bindings,
    routing,
    publishing,
    confirming,
    consuming,
    getting,
    acknowledging,
    recovering,
    transactions,
    dead_letters,
    direct_replies,
    permissions,
)

ALL: dict[str, Scenario] = {
    f"{theme.__name__.rpartition('.')[2]}: {each.name}": each for theme in THEMES for each in theme.SCENARIOS
}
