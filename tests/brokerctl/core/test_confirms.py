"""Every publish is answered once, in as few frames as the order allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brokerctl.core.confirms import Confirmation, Confirms


def test_neighbours_are_answered_together() -> None:
    confirms = Confirms()
    for _ in range(3):
        confirms.next(0)

    assert confirms.take() == [Confirmation(3, True, True)]
    assert not confirms.has_news


def test_publish_that_waits_for_the_disk_is_not_covered_by_a_later_one() -> None:
    confirms = Confirms()
    confirms.next(0)
    confirms.next(2)
    confirms.next(0)

    assert confirms.take() == [Confirmation(1, False, True), Confirmation(3, False, True)]
    confirms.stored(2)
    assert confirms.take() == []
    confirms.stored(2)
    assert confirms.take() == [Confirmation(2, False, True)]


@given(
    st.lists(st.tuples(st.sampled_from(["transient", "stored", "refused"]), st.booleans()), max_size=40), st.randoms()
)
def test_every_publish_is_answered_exactly_once_and_never_early(
    publishes: list[tuple[str, bool]], random: object
) -> None:
    confirms, waiting, answers = Confirms(), [], {}
    safe: set[int] = set()

    def listen() -> None:
        for told in confirms.take():
            covered = [told.sequence]
            if told.is_multiple:
                covered = [n for n in range(1, told.sequence + 1) if n not in answers]
            for sequence in covered:
                assert sequence not in answers
                assert sequence in safe or not told.is_positive
                answers[sequence] = told.is_positive

    for kind, look in publishes:
        if kind == "refused":
            confirms.refuse()
        elif kind == "stored":
            waiting.append(confirms.next(1))
        else:
            safe.add(confirms.next(0))
        if look:
            listen()
    random.shuffle(waiting)  # type: ignore[attr-defined]
    for sequence in waiting:
        safe.add(sequence)
        confirms.stored(sequence)
    listen()

    assert set(answers) == set(range(1, len(publishes) + 1))
    assert {n for n, positive in answers.items() if positive} == safe
