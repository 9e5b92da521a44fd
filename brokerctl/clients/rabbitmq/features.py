"""/api/feature-flags and /api/deprecated-features."""

from __future__ import annotations

from brokerctl.clients.features import DeprecatedFeature, FeatureFlag
from brokerctl.clients.http import Http
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def flags(http: Http) -> list[FeatureFlag]:
    """GET /api/feature-flags."""
    return [parse_flag(item) for item in http.get_list("feature-flags")]


def enable(http: Http, name: str) -> None:
    """PUT /api/feature-flags/name/enable. For good: no broker can disable one again."""
    http.put("feature-flags", name, "enable", body={})


def deprecated(http: Http) -> list[DeprecatedFeature]:
    """GET /api/deprecated-features, and which of them are used. RabbitMQ has both from 3.13."""
    used = {read.text(item, "name") for item in http.get_list("deprecated-features", "used")}
    return [parse_deprecated(item, used) for item in http.get_list("deprecated-features")]


def parse_flag(item: Json) -> FeatureFlag:
    return FeatureFlag(
        name=read.text(item, "name"),
        description=read.text(item, "desc"),
        state=read.text(item, "state"),
        stability=read.text(item, "stability"),
        provided_by=read.text(item, "provided_by"),
    )


def parse_deprecated(item: Json, used: set[str]) -> DeprecatedFeature:
    return DeprecatedFeature(
        name=read.text(item, "name"),
        description=read.text(item, "desc"),
        phase=read.text(item, "deprecation_phase"),
        state=read.text(item, "state"),
        is_used=read.text(item, "name") in used,
        provided_by=read.text(item, "provided_by"),
    )
