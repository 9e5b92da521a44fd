"""Patterns of permissions in words, and what they match."""

from __future__ import annotations

import pytest

from dashboard.declaring.rights import PRESETS, RIGHTS, TOPIC_RIGHTS, Names, Reach, meaning, quoted, warning

QUEUES = ("orders", "orders.new", "orders.dlq", "old-orders", "billing")


@pytest.mark.parametrize(
    ("pattern", "reach", "texts"),
    [
        ("", Reach.NOTHING, ()),
        ("^$", Reach.NOTHING, ()),
        (".*", Reach.EVERYTHING, ()),
        ("^.*$", Reach.EVERYTHING, ()),
        ("^orders$", Reach.EXACT, ("orders",)),
        (r"^orders\.new$", Reach.EXACT, ("orders.new",)),
        (r"^a$|^b\.c$", Reach.EXACT, ("a", "b.c")),
        ("^(a|b)$", Reach.EXACT, ("a", "b")),
        ("^(?:a|b)", Reach.BEGINNING, ("a", "b")),
        (r"^orders\..*", Reach.BEGINNING, ("orders.",)),
        (r"^orders\..*$", Reach.BEGINNING, ("orders.",)),
        (r"\.dlq$", Reach.END, (".dlq",)),
        ("^.*dlq$", Reach.END, ("dlq",)),
        ("orders", Reach.PART, ("orders",)),
        (".*orders.*", Reach.PART, ("orders",)),
        ("^orders.new$", Reach.OTHER, ()),
        (r"^order\d+$", Reach.OTHER, ()),
        ("^a|b$", Reach.OTHER, ()),
        (r"^price\$", Reach.BEGINNING, ("price$",)),
        ("(", Reach.OTHER, ()),
    ],
)
def test_a_pattern_is_read_as_people_write_it(pattern: str, reach: Reach, texts: tuple[str, ...]) -> None:
    assert (meaning(pattern).reach, meaning(pattern).texts) == (reach, texts)


def test_rights_are_said_in_words() -> None:
    configure, write, read = RIGHTS

    assert configure.sentence("") == "May declare and delete nothing."
    assert write.sentence(".*") == "May publish to and bind everything."
    assert read.sentence("^(a|b)$") == "May consume, get, purge and bind from only “a” and “b”."
    assert read.sentence("^orders") == "May consume, get, purge and bind from what begins with “orders”."
    assert TOPIC_RIGHTS[0].sentence(r"^a\.") == "May publish with keys that begin with “a.”."
    assert TOPIC_RIGHTS[1].sentence("") == "May bind with no key."


def test_matches_are_counted_and_the_default_exchange_has_its_name() -> None:
    names = Names(QUEUES, ("", "orders", "amq.topic"))

    assert names.matched("^orders").text == "3 queues, 1 exchange"
    assert names.matched("^amq.").exchanges == ("amq.default", "amq.topic")
    assert names.matched(".*").count == 8
    assert names.matched("^$").text == "nothing that is there"
    assert names.matched("(").problem.startswith("This is not a regular expression")


def test_a_pattern_that_reaches_further_than_it_looks_is_told() -> None:
    names = Names(QUEUES, ())

    loose = warning("orders", names.matched("orders"))
    assert loose == (
        "It is searched anywhere in a name, so it also matches old-orders, orders.dlq, orders.new. "
        "Write ^orders$ for the whole name only."
    )
    assert "Write ^orders$" in warning("^orders", names.matched("^orders"))
    assert "Write ^(order.)$" in warning("order.", names.matched("order."))
    assert warning("(?x)orders # all", names.matched("(?x)orders # all")) == ""
    assert "Write ^(new|dlq)$" in warning("(new|dlq)", names.matched("(new|dlq)"))
    for fine in ("^orders$", r"^orders\.", "^orders.*", ".*", "", "billing", "nothing of these"):
        assert warning(fine, names.matched(fine)) == "", fine


def test_patterns_that_take_too_long_leave_the_page_its_time() -> None:
    ticks = iter(range(1000))
    names = Names(QUEUES, (), clock=lambda: float(next(ticks)))

    names.matched("^a")
    names.matched("^b")

    assert "too many patterns" in names.matched("^c").problem
    assert names.matched("^a").problem == ""


@pytest.mark.parametrize("text", ["orders", "a.b*c", "x|y(z)", "$^", "back\\slash"])
def test_a_quoted_text_matches_only_itself(text: str) -> None:
    assert meaning(f"^{quoted(text)}$").texts == (text,)


def test_presets_fill_all_three_patterns() -> None:
    filled = {preset.name: preset.filled("") for preset in PRESETS}

    assert filled["full"] == {"configure": ".*", "write": ".*", "read": ".*"}
    assert filled["publish"] == {"configure": "^$", "write": ".*", "read": "^$"}
    assert PRESETS[2].filled("orders.") == {"configure": "^$", "write": "^$", "read": r"^orders\."}
