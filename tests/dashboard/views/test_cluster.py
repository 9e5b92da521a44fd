"""The cluster is renamed and its statistics are reset, on the embedded broker and on a RabbitMQ."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.models import Broker
from tests.dashboard.people import browser, check_whole_broker_only
from tests.dashboard.places import look
from tests.dashboard.views.test_declare import last, text_of
from tests.support.brokers import Place

NAME = "a cluster/ö"


def test_the_cluster_is_renamed_and_its_statistics_are_reset(place: Place, bench: Broker, owner: User) -> None:
    look(bench)
    client, before = browser(owner), place.client.overview().cluster_name
    renaming, resetting = reverse("cluster-rename", args=["bench"]), reverse("statistics-reset", args=["bench"])

    assert f'value="{before}"' in text_of(client.get(renaming))
    assert "Give the cluster a name." in text_of(client.post(renaming, {"name": " "}))
    done = text_of(client.post(renaming, {"name": NAME}, follow=True))
    assert f"The cluster is called {NAME}." in done
    assert place.client.overview().cluster_name == NAME
    assert last()[2]["before"] == {"name": before}
    place.client.rename_cluster(before)

    assert "messages, connections and everything that is set up stay" in text_of(client.get(resetting))
    assert "The statistics are reset." in text_of(client.post(resetting, {"seen": "0"}, follow=True))
    assert last()[:2] == ("change", "done")


@pytest.mark.parametrize("page", ["cluster-rename", "statistics-reset"])
def test_only_those_who_run_the_whole_broker_get_in(page: str, broker: Broker, stranger: User) -> None:
    check_whole_broker_only(reverse(page, args=["bench"]), broker, stranger)
