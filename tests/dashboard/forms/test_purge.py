from __future__ import annotations

from dashboard.forms.purge import PurgeForm
from tests.dashboard.forms.posted import posted


def test_a_hundred_messages_need_no_name_and_more_do() -> None:
    assert PurgeForm(posted(seen=100), queue="orders", ready=100).is_valid()

    form = PurgeForm(posted(seen=101, typed_name="order"), queue="orders", ready=101)

    assert form.errors["typed_name"] == ["Type orders to purge more than 100 messages."]
    assert PurgeForm(posted(seen=101, typed_name="orders"), queue="orders", ready=101).is_valid()


def test_a_queue_that_grew_is_looked_at_again() -> None:
    form = PurgeForm(posted(seen=10), queue="orders", ready=12)

    assert form.errors["seen"] == ["There were 10 ready messages when you looked; now there are 12."]
    assert PurgeForm(posted(seen=10), queue="orders", ready=11).is_valid()


def test_a_page_that_named_no_count_purges_nothing() -> None:
    assert not PurgeForm(posted(), queue="orders", ready=3).is_valid()
