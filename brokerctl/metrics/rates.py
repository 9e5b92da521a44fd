"""Two readings of a counter make a rate, when they belong together (http_api §13, trap 9)."""

from __future__ import annotations


class Meter:
    """One growing counter. A rate is known from the second reading on; a reset or too long a pause starts again."""

    __slots__ = ("_at", "_value", "rate")

    def __init__(self) -> None:
        self._value: int | None = None
        self._at = 0.0
        self.rate: float | None = None
        """Per second, since the last change of time; None when it is not known."""

    def read(self, value: int, at: float, max_gap_seconds: float) -> float | None:
        """Take a reading at monotonic second `at`; return the rate since the one before.

        None at the first reading, when the counter went back (the broker restarted), or when the last reading is
        older than `max_gap_seconds`.
        """
        before, before_at = self._value, self._at
        if before is not None and at <= before_at:
            return self.rate
        self._value, self._at = value, at
        if before is None or value < before or at - before_at > max_gap_seconds:
            self.rate = None
        else:
            self.rate = (value - before) / (at - before_at)
        return self.rate


class StepMeter:
    """A counter whose broker renews it only every few seconds (RabbitMQ: 5): the rate holds between renewals.

    Reading such a counter every second would show four zeros and a peak.
    """

    __slots__ = ("_changed_at", "_renewal_seconds", "_value", "rate")

    def __init__(self, renewal_seconds: float) -> None:
        self._renewal_seconds = renewal_seconds
        self._value: int | None = None
        self._changed_at = 0.0
        self.rate: float | None = None

    def read(self, value: int, at: float, max_gap_seconds: float) -> float | None:
        """As Meter.read; the same value within two renewals keeps the rate, after that it is 0."""
        before = self._value
        elapsed = at - self._changed_at
        if before is None or value < before or elapsed > max_gap_seconds + 2 * self._renewal_seconds:
            self._value, self._changed_at = value, at
            self.rate = None if before is None or value != before else 0.0
        elif value != before or elapsed >= 2 * self._renewal_seconds:
            self._value, self._changed_at = value, at
            self.rate = (value - before) / elapsed if elapsed else self.rate
        return self.rate
