"""One broker with a certificate, and the two doors of it, for messages and for management."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.steps import Door
from tests.support import certificates, embedded
from tests.support.certificates import Authority, common_name
from tests.support.embedded import EmbeddedBroker


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="package")
def broker(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    pair = authority.issue("broker", common_name("broker"))
    home: Path = tmp_path_factory.mktemp("home")
    with embedded.running(home, **certificates.settings(pair)) as found:
        yield found


@pytest.fixture(params=["plain", "tls"])
def door(request: pytest.FixtureRequest, broker: EmbeddedBroker, authority: Authority) -> Door:
    if request.param == "plain":
        return Door(broker.amqp_port, None)
    return Door(broker.amqp_tls_port, authority.file)


@pytest.fixture(params=["plain", "tls"])
def api_door(
    request: pytest.FixtureRequest, broker: EmbeddedBroker, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Door:
    """Of the management API."""
    if request.param == "plain":
        return Door(broker.api_port, None)
    # All of these clients use requests, which asks this variable before them, and some have no word for an authority.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    return Door(broker.api_tls_port, authority.file)
