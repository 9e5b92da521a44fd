"""Policies and operator policies, set, read and taken away on ours and on a RabbitMQ."""

from __future__ import annotations

import pytest

from brokerctl.clients.models import Policy
from brokerctl.errors import ObjectNotFound, RequestRefused
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_until

SHORT = Policy(VHOST, "short/ö", "^policed", {"max-length": 5, "overflow": "reject-publish"}, 7, "queues")


def test_policy_is_in_force_until_it_is_taken_away(place: Place) -> None:
    place.client.put_policy(SHORT)
    place.client.declare_queue(VHOST, "policed")

    assert SHORT in place.client.policies(VHOST)
    assert SHORT in place.client.policies()
    # RabbitMQ tells of a queue's policy with its statistics.
    wait_until(lambda: place.client.queue(VHOST, "policed").policy == SHORT.name)
    wait_until(lambda: place.client.queue(VHOST, "policed").effective_policy == SHORT.definition)
    place.client.delete_policy(VHOST, SHORT.name)

    assert SHORT not in place.client.policies(VHOST)
    with pytest.raises(ObjectNotFound):
        place.client.delete_policy(VHOST, SHORT.name)
    place.client.delete_queue(VHOST, "policed")


def test_operator_policies_are_a_list_of_their_own(place: Place) -> None:
    operators = Policy(VHOST, "cap", ".*", {"max-length": 100_000})

    place.client.put_operator_policy(operators)
    found, others = place.client.operator_policies(VHOST), place.client.policies(VHOST)
    place.client.delete_operator_policy(VHOST, "cap")

    assert [(each.name, each.definition) for each in found] == [("cap", {"max-length": 100_000})]
    assert "cap" not in {each.name for each in others}
    assert place.client.operator_policies() == []


def test_policy_with_an_unknown_key_is_refused_in_the_brokers_words(place: Place) -> None:
    with pytest.raises(RequestRefused, match="no-such-key"):
        place.client.put_policy(Policy(VHOST, "wrong", ".*", {"no-such-key": 1}))
