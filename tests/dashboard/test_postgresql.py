"""DATABASE_URL: all of Postroom on a PostgreSQL, which is stopped and started again under it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import lacking
from tests.support import postgresql, serving
from tests.support.postgresql import PostgreSQL
from tests.support.serving import NAME, PASSWORD, Served
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.support.web import Tab, Web

REQUESTS = 60
"""More than may be open after them."""
MOST_CONNECTIONS = 30
"""The pool of the web process, and a few of the worker's two."""


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSQL]:
    if not postgresql.is_installed():
        lacking("PostgreSQL", "install Debian's package postgresql")
    with postgresql.running() as found:
        yield found


@pytest.fixture(scope="module")
def served(database: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving.serving(tmp_path_factory.mktemp("on-postgresql"), DATABASE_URL=database.url) as served:
        yield served


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[httpx.Client]:
    """Of the administrator, logged in."""
    with httpx.Client(base_url=served.url, timeout=PATIENCE_SECONDS, headers={"Referer": served.url}) as client:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/login/").text)
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "username": NAME, "password": PASSWORD}
        assert client.post("/login/", data=form).status_code == 302
        yield client


def test_connections_are_lent_and_given_back(browser: httpx.Client, database: PostgreSQL) -> None:
    """Each request has a thread of its own, and kept its connection for a minute."""
    pages = ("/", "/jobs/", "/brokers/local/queues/")
    codes = {browser.get(pages[number % len(pages)]).status_code for number in range(REQUESTS)}

    assert codes == {200}
    assert database.count() <= MOST_CONNECTIONS


def test_pages_and_open_tabs_get_over_a_database_that_was_away(
    browser: httpx.Client, database: PostgreSQL, served: Served
) -> None:
    web = Web(served.web_port, served.home / "web.log")
    with Tab(web, browser.cookies["sessionid"]) as tab:
        tab.subscribe("frame")
        database.stop()
        away, health = browser.get("/jobs/"), httpx.get(f"{served.url}/health/", timeout=PATIENCE_SECONDS)
        began = time.time()
        wait_until(lambda: "a step of the collector failed" in served.text)
        database.start()

        # Signs of life come from the collector, which nobody reminds: no other tab is opened.
        wait_until(lambda: tab.tick() > began)

    assert (away.status_code, health.status_code) == (503, 503)
    assert "The database does not answer" in away.text
    assert health.json() == {"ready": False, "missing": ["database"]}
    assert browser.get("/jobs/").status_code == 200
