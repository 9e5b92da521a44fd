from __future__ import annotations

import pytest

from dashboard.words import sentence, visible


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("orders.new", "orders.new"),
        ("наявність черги 队列 🐇", "наявність черги 队列 🐇"),
        ("👩\u200d💻", "👩\u200d💻"),
        (" a  b ", "␣a␣␣b␣"),
        ("a b", "a b"),
        ("line\nend", "line⟨U+000A⟩end"),
        ("rtl\u202elive", "rtl⟨U+202E⟩live"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("del\x7f", "del⟨U+007F⟩"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_in_a_name_becomes_a_sign(name: str, shown: str) -> None:
    assert visible(name) == shown


@pytest.mark.parametrize(
    ("error", "said"),
    [("it broke", "It broke."), ("does it speak TLS?", "Does it speak TLS?"), ("Done.", "Done."), ("", "")],
)
def test_a_refusal_is_a_whole_sentence(error: str, said: str) -> None:
    assert sentence(error) == said
