"""Samples on their way to the database, without one."""

from __future__ import annotations

from dashboard.live.recorder import MAX_WAITING, STILL_SECONDS, Closed, Recorder

BEGUN = 1_700_000_400.0
BUSY = (1, 0, 5.0, 5.0, 5.0)
STILL = (1, 0, 0.0, 0.0, 0.0)
QUEUE = ("/", "orders")


def of(closed: list[Closed], key: tuple[str, str] | None, step: int) -> list[tuple[int, float | None]]:
    return [(int(each.at - BEGUN), each.values[0]) for each in closed if (each.key, each.step) == (key, step)]


def test_a_step_that_is_over_gives_the_mean_of_what_is_known() -> None:
    recorder = Recorder(10)
    for second, ready in enumerate((1, 2, 6, None, 3)):
        recorder.add(None, BEGUN + 5 * second, (ready, 0, None, 0.0, 0.0))

    closed = recorder.take()

    assert closed == [
        Closed(None, 10, int(BEGUN), (1.5, 0.0, None, 0.0, 0.0)),
        Closed(None, 10, int(BEGUN) + 10, (6.0, 0.0, None, 0.0, 0.0)),
    ]
    assert recorder.take() == []
    assert of(recorder.take_all(), None, 60) == [(0, 3.0)]


def test_a_queue_has_samples_only_while_it_changes_and_its_broker_always() -> None:
    recorder = Recorder(10)
    for second in range(0, 70, 10):
        recorder.add(None, BEGUN + second, STILL)
        recorder.add(QUEUE, BEGUN + second, BUSY if second < 20 else STILL)

    closed = recorder.take()

    assert of(closed, QUEUE, 10) == [(0, 1), (20, 1)]
    assert len(of(closed, None, 10)) == 6


def test_a_queue_without_traffic_is_sampled_only_while_somebody_looks_or_when_it_was_before() -> None:
    recorder = Recorder(10, [QUEUE])
    for second in (0, 10):
        recorder.add(QUEUE, BEGUN + second, STILL)
        recorder.add(("/", "seen"), BEGUN + second, STILL, is_watched=True)
        recorder.add(("/", "unseen"), BEGUN + second, STILL)

    assert [each.key for each in recorder.take()] == [QUEUE, ("/", "seen")]


def test_only_so_many_queues_are_sampled_and_the_stillest_makes_room() -> None:
    recorder = Recorder(2)
    for name in ("a", "b", "c"):
        recorder.add(("/", name), BEGUN, BUSY)
    later = BEGUN + STILL_SECONDS + 1
    recorder.add(("/", "b"), later, STILL)
    recorder.add(("/", "c"), later, BUSY)

    keys = {each.key for each in recorder.take_all()}

    assert keys == {("/", "b"), ("/", "c")}


def test_what_a_database_does_not_take_waits_and_is_bounded() -> None:
    recorder = Recorder(10)
    mine = [Closed(None, 10, at, STILL) for at in range(MAX_WAITING + 5)]

    recorder.give_back(mine)

    assert recorder.take() == mine[5:]
