"""Purging: what is ready goes, what somebody holds stays."""

from __future__ import annotations

import pytest

from brokerctl.errors import ObjectNotFound, RequestRefused
from brokerctl.operations.progress import Control, Outcome, Tally
from brokerctl.operations.purge import purge, purge_first
from tests.support.brokers import VHOST, Place, numbered


def test_ready_messages_are_deleted_and_unacked_ones_come_back(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(5))
    with place.channel() as channel:
        channel.basic_get(queue)

        tally = purge(place.client, VHOST, queue)

        assert (tally.total, tally.counts) == (4, {Outcome.PURGED: 4})
        assert place.count(queue) == 0
    place.settled(queue, 1)
    assert place.bodies(queue) == numbered(1)


def test_count_is_what_was_deleted_and_not_what_was_seen_before(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(3))
    totals = []

    def one_more(tally: Tally) -> None:
        totals.append(tally.total)
        if len(totals) == 1:
            place.fill(queue, numbered(1))

    tally = purge(place.client, VHOST, queue, Control(report=one_more))

    assert (totals, tally.counts) == ([3, 4], {Outcome.PURGED: 4})


def test_purge_of_an_empty_queue_counts_none_and_of_no_queue_says_so(place: Place) -> None:
    assert purge(place.client, VHOST, place.queue()).counts == {Outcome.PURGED: 0}
    with pytest.raises(ObjectNotFound, match="no queue 'nothing here'"):
        purge(place.client, VHOST, "nothing here")


def test_the_first_so_many_go_where_the_broker_can_and_nothing_elsewhere(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(5))

    if not place.client.overview().capabilities.purge_count:
        with pytest.raises(RequestRefused, match="nothing was deleted"):
            purge_first(place.client, VHOST, queue, 2)
        assert place.count(queue) == 5
        return
    tally = purge_first(place.client, VHOST, queue, 2)
    rest = purge_first(place.client, VHOST, queue, 9)

    assert (tally.total, tally.counts) == (2, {Outcome.PURGED: 2})
    assert (rest.total, rest.counts, place.count(queue)) == (3, {Outcome.PURGED: 3}, 0)
