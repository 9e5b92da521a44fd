"""Which rule of a queue is in effect, and what it does, in words."""

from __future__ import annotations

from typing import Any

import pytest

from brokerctl.clients.models import Policy
from dashboard import rules
from tests.dashboard.snapshots import queue


def only(arguments: dict[str, Any], policy: dict[str, Any], operator: dict[str, Any] | None = None) -> rules.Rule:
    operators = [Policy("/", "ops", ".*", operator)] if operator else []
    found = rules.of_queue(queue(arguments=arguments, effective_policy=policy, policy="limits"), operators)
    [rule] = found
    return rule


@pytest.mark.parametrize(
    ("arguments", "policy", "operator", "value", "origin", "instead"),
    [
        ({"x-max-length": 5}, {}, None, 5, "argument", ""),
        ({}, {"max-length": 7}, None, 7, "policy limits", ""),
        ({"x-max-length": 5}, {"max-length": 7}, None, 5, "argument", "policy limits says 7"),
        ({"x-max-length": 9}, {"max-length": 7}, None, 7, "policy limits", "its argument says 9"),
        ({}, {"max-length": 3}, {"max-length": 3}, 3, "operator policy ops", ""),
        ({"x-overflow": "drop-head"}, {"overflow": "reject-publish"}, None, "drop-head", "argument", None),
    ],
)
def test_the_smaller_limit_is_in_effect_and_else_the_queues_own_argument(
    arguments: dict[str, Any],
    policy: dict[str, Any],
    operator: dict[str, Any] | None,
    value: object,
    origin: str,
    instead: str | None,
) -> None:
    rule = only(arguments, policy, operator)

    assert (rule.value, rule.origin) == (value, origin)
    assert instead is None or rule.instead == instead


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("message-ttl", 90_000, "a message that waits longer than 1 min expires"),
        ("dead-letter-exchange", "", "what dies here goes to the default exchange"),
        ("dead-letter-exchange", "dlx", "what dies here goes to exchange dlx"),
        ("max-length-bytes", 2048, "holds 2.0 KiB of ready messages at most"),
        ("max-length", "many", "holds many ready messages at most"),
        ("overflow", "unheard-of", ""),
        ("x-of-a-plugin", 1, ""),
    ],
)
def test_a_rule_says_what_it_does(name: str, value: object, sentence: str) -> None:
    assert rules.does(name, value) == sentence
