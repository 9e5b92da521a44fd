"""Lists of what the broker has none of."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    "where",
    [
        "/global-parameters",
        "/feature-flags",
    ],
)
def test_what_the_broker_has_none_of_is_an_empty_list(api: httpx.Client, where: str) -> None:
    assert api.get(where).json() == []
