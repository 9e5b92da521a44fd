"""A person's settings change what every page does for that person; the installation's are read only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from dashboard import installation
from dashboard.models import Broker, Preferences
from dashboard.models.grant import Role
from dashboard.preferences import zone_of
from dashboard.templatetags.amqp import moment
from tests.dashboard.operations.rows import job_row
from tests.dashboard.people import browser, member
from tests.dashboard.places import look
from tests.dashboard.views.test_declare import text_of
from tests.support.embedded import EmbeddedBroker

FORM = {"theme": "dark", "time_zone": "Asia/Tokyo", "rows_per_page": "25"}


def test_what_a_person_chooses_holds_on_every_page_and_for_nobody_else(broker: Broker, owner: User) -> None:
    at = datetime(2020, 3, 1, 20, 0, tzinfo=UTC)
    job_row(broker=broker, created_at=at, state="done", started_at=at, finished_at=at)
    mine, other = browser(owner), browser(member(broker, Role.VIEWER))

    saved = mine.post(reverse("settings"), FORM, follow=True)

    assert "Your settings are kept." in text_of(saved)
    assert 'data-theme="dark" data-zone="Asia/Tokyo"' in text_of(saved)
    assert 'data-keys="off"' in text_of(saved)
    jobs = text_of(mine.get(reverse("jobs")))
    assert 'title="2020-03-01 20:00:00 UTC">2 Mar 2020</time>' in jobs
    page = text_of(other.get(reverse("jobs")))
    assert "data-theme" not in page.split("<head>")[0]
    assert 'title="2020-03-01 20:00:00 UTC">1 Mar 2020</time>' in page

    mine.post(reverse("settings"), {"theme": "", "time_zone": "", "rows_per_page": "100", "has_single_keys": "on"})
    back = text_of(mine.get(reverse("settings")))
    assert "data-theme" not in back.split("<head>")[0]
    assert 'data-keys="off"' not in back
    assert Preferences.objects.count() == 1


def test_lists_have_as_many_rows_as_a_person_likes(real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    with real.connect() as connection:
        channel = connection.channel()
        for number in range(30):
            channel.queue_declare(f"rows.{number}", durable=True)
    look(broker)
    client, queues = browser(owner), reverse("queues", args=["bench"]) + "?q=rows."
    client.post(reverse("settings"), FORM)

    found = [text_of(client.get(queues + rest)).count('data-row="~2F/rows.') for rest in ("", "&page=2", "&rows=50")]

    with real.connect() as connection:
        for number in range(30):
            connection.channel().queue_delete(f"rows.{number}")
    assert found == [25, 5, 30]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"time_zone": "Mars/Olympus"}, "There is no time zone Mars/Olympus."),
        ({"time_zone": "../../etc/passwd"}, "There is no time zone ../../etc/passwd."),
        ({"rows_per_page": "7"}, "Choose one of 25, 50, 100, 250, 500."),
        ({"theme": "pink"}, "Choose a theme from the list."),
    ],
)
def test_what_cannot_be_a_setting_is_said_at_its_field(values: dict[str, str], sentence: str, owner: User) -> None:
    assert sentence in text_of(browser(owner).post(reverse("settings"), {**FORM, **values}))
    assert not Preferences.objects.exists()


def test_a_zone_that_the_machine_forgot_is_no_zone() -> None:
    assert zone_of("No/Where") is None
    with timezone.override("America/New_York"):
        assert ">1 Mar 2020<" in moment(datetime(2020, 3, 2, 3, 0, tzinfo=UTC))


def test_the_installation_is_shown_to_administrators_without_its_secrets(
    broker: Broker, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_ENCRYPTION_KEY", "a" * 64)

    page, others = (text_of(browser(user).get(reverse("settings"))) for user in (owner, member(broker, Role.ADMIN)))

    assert "POSTROOM_ENCRYPTION_KEY" in page
    assert "a" * 64 not in page
    sources = {each.name: each.source for each in installation.effective()}
    assert (sources["POSTROOM_ENCRYPTION_KEY"], sources["POSTROOM_SECRET_KEY"]) == (
        "environment",
        "made up, in secrets.json",
    )
    assert "POSTROOM_" not in others


def test_about_names_versions_and_the_brokers_one_may_see(broker: Broker, owner: User, stranger: User) -> None:
    look(broker)

    mine, other = (text_of(browser(user).get(reverse("about"))) for user in (owner, stranger))

    assert "Postroom <span" in mine
    assert "Django" in mine
    assert "chart.js" in mine
    assert ("bench" in mine, "bench" in other) == (True, False)
    assert browser().get(reverse("about")).status_code == 302
