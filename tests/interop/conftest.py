"""One broker with a certificate, and the two doors of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.steps import Door
from tests.support import certificates, embedded
from tests.support.certificates import Authority, common_name


@pytest.fixture(scope="package")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Door]]:
    authority = Authority(tmp_path_factory.mktemp("ca"))
    pair = authority.issue("broker", common_name("broker"))
    with embedded.running(tmp_path_factory.mktemp("home"), **certificates.settings(pair)) as broker:
        yield {"plain": Door(broker.amqp_port, None), "tls": Door(broker.amqp_tls_port, authority.file)}


@pytest.fixture(params=["plain", "tls"])
def door(request: pytest.FixtureRequest, doors: dict[str, Door]) -> Door:
    return doors[request.param]
