from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from dashboard.models import Broker
from dashboard.models.grant import Role
from tests.dashboard.operations.rows import job_row
from tests.dashboard.people import browser, member
from tests.dashboard.places import OTHER_VHOST, api, declare, look
from tests.support.embedded import EmbeddedBroker


def page(user: User) -> str:
    answer = browser(user).get("/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_broker_nobody_has_asked_yet_is_connecting(broker: Broker, owner: User) -> None:
    text = page(owner)

    assert "Connecting" in text
    assert 'data-cell="connections" data-format="number">–</span>' in text


def test_a_live_broker_shows_what_it_is_and_holds(real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    declare(real, bodies=(b"a", b"b"))
    look(broker)

    text = page(owner)

    assert "Postroom" in text
    assert "Healthy" in text
    assert "No alarms" in text


def test_an_unreachable_broker_is_a_sentence_among_what_needs_attention(
    unreachable: Broker, broker: Broker, owner: User
) -> None:
    look(unreachable)
    look(broker)

    text = page(owner)

    assert "2 brokers, 1 unreachable" in text
    assert "Unreachable for" in text
    assert "refused the connection: nothing listens there" in text


def test_a_member_sees_and_counts_only_granted_vhosts(real: EmbeddedBroker, broker: Broker, owner: User) -> None:
    # A vhost that no other test declares anything in.
    with api(real) as asked:
        asked.put("/vhosts/counted").raise_for_status()
    declare(real, "mine", bodies=(b"1",))
    declare(real, "theirs", vhost="counted", bodies=(b"x",) * 7)
    look(broker)
    seen = member(broker, Role.VIEWER, "counted")

    text = page(seen)

    assert ">7</dd>" in text
    assert 'data-cell="connections" data-format="number">–</span>' in text
    assert "mine" not in browser(seen).get("/brokers/bench/queues/").content.decode()
    assert (
        '<span class="nav__n" data-count-of="queues">1</span>'
        in browser(seen).get("/brokers/bench/queues/").content.decode()
    )


def test_the_sidebar_counts_only_jobs_that_are_for_the_person(broker: Broker, owner: User) -> None:
    job_row(broker=broker)
    job_row(broker=broker, vhost=OTHER_VHOST)

    assert "2 running" in page(owner)
    assert "1 running" in page(member(broker, Role.VIEWER))
    assert "running" not in page(member(broker, Role.VIEWER, "nothing"))


@pytest.mark.parametrize("address", ["/", "/brokers/gone/queues/", "/brokers/gone/exchanges/", "/jobs/"])
def test_lists_need_no_broker(address: str, unreachable: Broker, owner: User) -> None:
    look(unreachable)

    answer = browser(owner).get(address)

    assert answer.status_code == 200
