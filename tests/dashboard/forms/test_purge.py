from __future__ import annotations

from django.http import QueryDict

from dashboard.forms.purge import CountForm, PurgeForm
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


def test_what_was_seen_and_typed_is_about_the_first_that_go() -> None:
    assert PurgeForm(posted(seen=5), queue="orders", ready=900, first=5).is_valid()
    assert PurgeForm(posted(seen=3), queue="orders", ready=3, first=5).goes == 3
    assert PurgeForm(posted(seen=101), queue="orders", ready=900, first=101).errors["typed_name"]


def test_a_count_is_a_whole_number_or_nothing() -> None:
    found = {text: CountForm(QueryDict(f"count={text}")) for text in ("5", "", "0", "-1", "1.5", "many")}

    assert [form.asked for form in found.values()] == [5, None, None, None, None, None]
    assert [bool(form.errors) for form in found.values()] == [False, False, True, True, True, True]
    assert CountForm(QueryDict("")).asked is None
