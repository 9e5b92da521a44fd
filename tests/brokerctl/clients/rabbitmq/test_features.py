"""Feature flags and deprecated features, read from a RabbitMQ; ours has none."""

from __future__ import annotations

import pytest

from brokerctl.clients.features import DeprecatedFeature
from brokerctl.clients.rabbitmq.features import parse_deprecated
from brokerctl.errors import ObjectNotFound, RequestRefused
from tests.support.brokers import Place


def test_flags_are_listed_and_enabling_one_again_changes_nothing(place: Place) -> None:
    found = {each.name: each for each in place.client.feature_flags()}

    if place.is_embedded:
        assert found == {}
        return
    flag = found["quorum_queue"]
    assert (flag.state, flag.stability, flag.provided_by) == ("enabled", "stable", "rabbit")
    assert flag.description
    place.client.enable_feature_flag(flag.name)
    assert flag in place.client.feature_flags()


def test_a_flag_that_nobody_knows_is_refused(place: Place) -> None:
    with pytest.raises(RequestRefused, match="unsupported"):
        place.client.enable_feature_flag("no such flag")


def test_deprecated_features_are_told_by_those_that_have_them(place: Place) -> None:
    if place.is_embedded:
        assert place.client.deprecated_features() == []
        return
    with pytest.raises(ObjectNotFound):
        place.client.deprecated_features()


def test_a_deprecated_feature_of_a_later_version_is_read() -> None:
    item = {
        "name": "transient_nonexcl_queues",
        "desc": "",
        "deprecation_phase": "permitted_by_default",
        "doc_url": "https://blog.rabbitmq.com/posts/2021/08/4.0-deprecation-announcements/",
        "provided_by": "rabbit",
        "state": "permitted",
    }

    assert parse_deprecated(item, {"transient_nonexcl_queues"}) == DeprecatedFeature(
        "transient_nonexcl_queues", "", "permitted_by_default", "permitted", is_used=True, provided_by="rabbit"
    )
