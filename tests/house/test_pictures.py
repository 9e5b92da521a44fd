"""The script of pictures takes every page that a person can open."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import resolve

from docs.screenshots import NOWHERE, PAGES
from tests.support.addresses import openable

FOUND = {"login", "job", "definitions-plan", "connection", "connection-close", "channel"}
"""Pages of what the script makes or finds in the demo."""

NOT_SHOWN = {"health", "palette", "history", "definitions-export"}
"""What scripts and monitors read, or a browser saves."""

OF_LINKS = {f"{noun}-{verb}" for noun in ("shovel", "upstream") for verb in ("add", "edit", "delete")}

OF_OTHERS = {"broker-remove", "consumer-cancel", "feature-enable", *OF_LINKS}
"""The demo's embedded broker has none of these."""

AS_ANOTHER = {"operator-policy-edit", "operator-policy-delete", "topic-permission-clear", "queues-many"}
"""They look as the page of the same name without the first word; the last one begins with a choice in the list."""

AS_OTHER_TABLES = {"connection-history", "channel-history"}
"""They look as that of an exchange."""


def test_every_page_has_its_picture() -> None:
    taken = {resolve(urlsplit(address).path).url_name for address in PAGES.values() if address != NOWHERE}

    assert openable().keys() - taken == FOUND | NOT_SHOWN | OF_OTHERS | AS_ANOTHER | AS_OTHER_TABLES
