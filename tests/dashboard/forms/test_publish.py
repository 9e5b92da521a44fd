from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict

from dashboard.forms.publish import MAX_BODY_BYTES, PublishForm
from tests.dashboard.forms.posted import posted


def publish(file: bytes | None = None, **values: Any) -> PublishForm:
    data = posted(**{"body": "", "encoding": "text", **values})
    files: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict()
    if file is not None:
        files["file"] = SimpleUploadedFile("body.bin", file)
    return PublishForm(data, files)


def test_a_body_is_sent_as_typed_with_line_feeds() -> None:
    form = publish(body='{\r\n  "a": 1\r\n} ')

    assert form.is_valid(), form.errors
    assert form.cleaned_data["content"] == b'{\n  "a": 1\n} '


def test_base64_is_decoded_across_lines() -> None:
    form = publish(body="/w\r\n== ", encoding="base64")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["content"] == b"\xff"


def test_what_is_not_base64_is_told_beside_the_body() -> None:
    assert publish(body="hello!", encoding="base64").errors["body"] == [
        "This is not base64. Paste base64 only, or choose Text."
    ]


def test_bytes_that_are_not_utf8_are_refused_rather_than_changed() -> None:
    assert publish(body="a�b").errors["body"] == [
        "The body holds bytes that are not UTF-8. Send it as base64 or as a file."
    ]


def test_a_binary_file_survives_the_review_as_base64() -> None:
    form = publish(file=b"\xff\x00")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["content"] == b"\xff\x00"
    assert (form["body"].value(), form["encoding"].value()) == ("/wA=", "base64")


def test_a_text_file_survives_the_review_as_text_unless_its_line_ends_would_not() -> None:
    form = publish(file=b"a\nb")
    windows = publish(file=b"a\r\nb")

    assert form.is_valid()
    assert windows.is_valid()
    assert (form["body"].value(), form["encoding"].value()) == ("a\nb", "text")
    assert windows["encoding"].value() == "base64"
    assert windows.cleaned_data["content"] == b"a\r\nb"


def test_a_body_over_a_megabyte_is_refused_with_its_size() -> None:
    large = b"x" * (MAX_BODY_BYTES + 1)

    assert publish(file=large).errors["file"] == ["body.bin has 1,048,577 bytes; a message from here can have 1 MiB."]
    assert publish(body=large.decode()).errors["body"] == [
        "The body has 1,048,577 bytes; a message from here can have 1 MiB."
    ]


def test_only_properties_that_were_set_are_sent() -> None:
    form = publish(content_type="text/plain", persistent="on", priority="5", expiration="60000", timestamp="0")

    assert form.is_valid(), form.errors
    assert form.properties() == {
        "content_type": "text/plain",
        "delivery_mode": 2,
        "priority": 5,
        "expiration": "60000",
        "timestamp": 0,
    }


def test_without_the_tick_a_message_is_transient() -> None:
    form = publish()

    assert form.is_valid()
    assert form.properties() == {"delivery_mode": 1}


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("priority", "high", "A priority is a whole number from 0 to 255."),
        ("priority", "256", "A priority is a whole number from 0 to 255."),
        ("expiration", "-1", "An expiration is a whole number of milliseconds."),
        ("timestamp", "noon", "Write a time such as 2026-03-12T14:02:11Z, or seconds since 1970."),
        ("routing_key", "x" * 256, "This is 256 bytes long; AMQP takes at most 255."),
    ],
)
def test_a_wrong_property_is_one_sentence(field: str, text: str, sentence: str) -> None:
    values: dict[str, Any] = {field: text}

    assert publish(**values).errors[field] == [sentence]


def test_only_what_was_reviewed_is_confirmed() -> None:
    form = publish(body="a")
    assert form.is_valid()
    reviewed = form.digest()

    same = publish(body="a", step="do", reviewed=reviewed)
    changed = publish(body="b", step="do", reviewed=reviewed)
    unreviewed = publish(body="a", step="do")
    looking = publish(body="a", step="review", reviewed=reviewed)

    assert same.is_valid()
    assert changed.is_valid()
    assert unreviewed.is_valid()
    assert looking.is_valid()
    assert same.is_confirmed(1)
    assert not changed.is_confirmed(1)
    assert not unreviewed.is_confirmed(1)
    assert not looking.is_confirmed(1)


def test_a_count_that_grew_needs_a_new_look() -> None:
    form = publish(body="a")
    assert form.is_valid()
    again = publish(body="a", step="do", reviewed=form.digest(), reviewed_count=100)

    assert again.is_valid()
    assert again.is_confirmed(110)
    assert not again.is_confirmed(111)
    assert again.is_confirmed(3)
