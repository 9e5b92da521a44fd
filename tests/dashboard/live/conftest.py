"""One web process for the folder, on the tests' database; registered brokers are asked five times a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from dashboard.models import Broker
from tests.dashboard.people import browser
from tests.support.web import Tab, Web, web


@pytest.fixture(scope="package")
def process(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Web]:
    with web(tmp_path_factory.mktemp("web"), POSTROOM_COLLECT_SECONDS="0.2") as found:
        yield found


@pytest.fixture
def tab(process: Web, transactional_db: None) -> Iterator[Callable[[User], Tab]]:
    """Opens a tab in which somebody is logged in; all are closed at the end."""
    is_known = False

    def open_one(user: User) -> Tab:
        nonlocal is_known
        session = session_of(user)
        if not is_known and Broker.objects.exists():
            wait_for_rows(process, session)
            is_known = True
        return opened.enter_context(Tab(process, session))

    with ExitStack() as opened:
        yield open_one


def wait_for_rows(process: Web, session: str) -> None:
    """Until the collector has the brokers of this test, and none of the test before, whose names are the same."""
    with Tab(process, session) as tab:
        tab.subscribe("jobs")
        # It may have read its rows already when the first one was on its way.
        tab.tick()
        tab.tick()


def session_of(user: User) -> str:
    return browser(user).cookies[settings.SESSION_COOKIE_NAME].value
