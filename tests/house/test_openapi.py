"""The description of the API is whole and current."""

from __future__ import annotations

import re

from brokerctl.management.app import RESOURCES
from brokerctl.management.openapi.__main__ import text
from brokerctl.management.openapi.document import OPERATIONS, missing
from brokerctl.management.openapi.operations import QUERY
from brokerctl.management.openapi.routes import whole
from brokerctl.management.prometheus.routes import resources as metrics
from tests.house.tree import ROOT

FILE = ROOT / "docs/openapi.json"


def test_every_route_is_described_and_every_description_has_its_route() -> None:
    """To describe a route: a line in brokerctl/management/openapi/messaging.py or administration.py."""
    undescribed, unserved = missing([*RESOURCES, *metrics(are_open=False)])

    assert undescribed == []
    assert unserved == []


def test_the_file_is_what_the_code_says() -> None:
    """After a change: `python -m brokerctl.management.openapi > docs/openapi.json`."""
    assert FILE.read_text() == text()


def test_whatever_is_referred_to_is_there_and_used() -> None:
    document = whole(RESOURCES)
    schemas = document["components"]["schemas"]
    referred = set(re.findall(r"#/components/schemas/(\w+)", text()))

    assert referred == set(schemas)
    assert {name for operation in OPERATIONS.values() for name in operation.query} == set(QUERY)
