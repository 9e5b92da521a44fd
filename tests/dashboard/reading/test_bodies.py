from __future__ import annotations

from dashboard.reading.bodies import MAX_HEX_BYTES, MAX_SHOWN_BYTES, View, preview, show


def test_json_opens_as_a_tree_and_can_be_seen_raw_and_as_hex() -> None:
    body = show(b'{"a": 1}')

    assert body.view is View.TREE
    assert body.views == (View.TREE, View.RAW, View.HEX)
    assert [line.value for line in body.lines] == ["{", "1", "}"]
    assert show(b'{"a": 1}', View.RAW).text == '{"a": 1}'


def test_text_that_is_not_json_is_text() -> None:
    body = show("Grüße, {nicht JSON}".encode())

    assert (body.view, body.encoding) == (View.RAW, "UTF-8")
    assert body.text == "Grüße, {nicht JSON}"


def test_a_body_that_is_not_utf8_is_a_hex_dump() -> None:
    body = show(b"\xff\xfe\x00abc")

    assert (body.view, body.encoding, body.views) == (View.HEX, "binary", (View.HEX,))
    assert (body.rows[0].offset, body.rows[0].hex, body.rows[0].text) == ("000000", "ff fe 00 61 62 63", "···abc")


def test_a_view_that_the_body_does_not_allow_falls_back_to_the_best() -> None:
    assert show(b"\xff", View.TREE).view is View.HEX
    assert show(b"plain", View.TREE).view is View.RAW


def test_bytes_with_a_nul_are_not_text() -> None:
    assert show(b"a\x00b").encoding == "binary"


def test_a_large_body_is_cut_with_a_note_and_a_cut_inside_a_character_is_no_fault() -> None:
    body = show(b"a" * (MAX_SHOWN_BYTES - 1) + "ü".encode() * 10)

    assert body.encoding == "UTF-8"
    assert len(body.text) == MAX_SHOWN_BYTES - 1
    assert body.note == "Only the first 1 MiB of 1,048,595 bytes are shown. Download the body to see all of it."


def test_a_wrong_byte_near_the_end_of_a_whole_body_is_a_fault() -> None:
    assert show(b"ab\xc3").encoding == "binary"


def test_a_long_binary_body_shows_its_first_rows() -> None:
    body = show(b"\xff" * (MAX_HEX_BYTES + 1))

    assert len(body.rows) == MAX_HEX_BYTES // 16
    assert body.note.startswith("Only the first 16 KiB of 16,385 bytes")


def test_an_empty_body_is_empty_text() -> None:
    body = show(b"")

    assert (body.view, body.text, body.size_bytes) == (View.RAW, "", 0)


def test_a_preview_is_one_line() -> None:
    assert preview(b'{\n  "a":\t1\n}') == '{ "a": 1 }'
    assert preview(b"\xff\x01") == "ff 01"
    assert len(preview(b"x" * 5000)) == 120
