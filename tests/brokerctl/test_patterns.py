"""Patterns of people and attackers: sane ones work, hostile ones are refused or end, and none takes the broker down."""

from __future__ import annotations

import pytest
import regex

from brokerctl.patterns import MATCH_SECONDS, MAX_PATTERN, TRIES, finds, is_valid

SANE = [
    ".*",
    "^$",
    "^(orders|mails)\\..+$",
    "^(?!secret).*$",
    r"^amq\.gen-[A-Za-z0-9_-]{22}$",
    "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "(?i)größe",
    "^(?:[a-z]+\\.){1,8}[a-z]+$",
    r"[){9]",
]

BOMBS = [
    "a{99999999}",
    "(?:a{9999}){9999}",
    "(?:" * 40 + "a" + "){2}" * 40,
    "(?:" * 40 + "a" + "){1,3}" * 40,
    "(?:" * 40 + "a" + ")+" * 40,
    "(?:a{1,3}" * 60 + "){2}" * 60,
    "(?x)a{9 9 9 9 9 9 9 9}",
    "(?ix:a{#}\n99999999})",
    "(" * 500 + ")" * 500,
    "(?:" * 1000,
    "a" * (MAX_PATTERN + 1),
    "(",
    r"\L<x>",
]

ENDLESS = [
    "(a|aa)+$",
    "^(a|aa)+$",
    "(.*a){20}$",
    "(a?){30}a{30}$",
    "(x+x+)+y",
    "([a-z]+)*$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(a|b|ab)*c$",
    "(a+)(a+)(a+)(a+)(a+)(a+)b",
    "(?=(a+))*b",
    r"(.+)\1\1\1b",
    "(?R)?a",
    "(a(?1)?)b",
    "(?:foo){e<=10}bar",
    "(?b)(?:abcdefgh){e}x",
    r"\b(\w+\b)*!",
    r"(\w+\s?)*$",
    "(.|.)*x",
    "((.*),)*x",
    "(?s).*.*.*.*.*.*.*=.*",
    "(a{0,100}){0,100}b",
    r"(\S+)*@",
]
NAMES = ["a" * 255, "a" * 254 + "!", "ab" * 127, "x" * 255, "a," * 127, "ab cd " * 42]


@pytest.mark.parametrize("pattern", SANE)
def test_what_people_write_is_valid(pattern: str) -> None:
    assert is_valid(pattern)
    assert finds(pattern, "orders.new") is not None


@pytest.mark.parametrize("pattern", BOMBS, ids=lambda pattern: pattern[:20])
def test_what_would_take_memory_or_the_stack_is_refused_before_it_is_compiled(pattern: str) -> None:
    assert not is_valid(pattern)
    assert finds(pattern, "a") is None


def test_endless_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each decision takes its tries, each of them limited, and no more."""
    limits: list[float] = []
    search = regex.search

    def counted(pattern: str, text: str, timeout: float) -> object:
        limits.append(timeout)
        return search(pattern, text, timeout=timeout)

    monkeypatch.setattr(regex, "search", counted)
    forms = [form for pattern in ENDLESS for form in (pattern, "^" + pattern, pattern + "!", f"(?:{pattern})|zzz")]
    unfinished = sum(finds(form, name) is None for form in forms for name in NAMES)

    assert len(forms) == 88
    assert unfinished > 50
    assert set(limits) == {MATCH_SECONDS}
    decisions = len(forms) * len(NAMES)
    assert decisions + unfinished * (TRIES - 1) <= len(limits) <= decisions * TRIES
