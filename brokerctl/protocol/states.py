"""Rule 1: which method a peer may send in which state of the connection lives here, as data.

Anything not in the table fails closed. Channels know two states only and keep them in `channel.py`.
"""

from __future__ import annotations

from enum import Enum, auto

from brokerctl.wire.methods import Method, connection


class State(Enum):
    AWAIT_HEADER = auto()
    AWAIT_START_OK = auto()
    AWAIT_TUNE_OK = auto()
    AWAIT_OPEN = auto()
    OPEN = auto()
    CLOSING = auto()
    """We sent connection.close: everything but its answer is dropped (§2.2.4)."""
    CLOSED = auto()


NEXT: dict[tuple[State, type[Method]], State] = {
    (State.AWAIT_START_OK, connection.StartOk): State.AWAIT_TUNE_OK,
    (State.AWAIT_TUNE_OK, connection.TuneOk): State.AWAIT_OPEN,
    (State.AWAIT_OPEN, connection.Open): State.OPEN,
    (State.OPEN, connection.UpdateSecret): State.OPEN,
    (State.AWAIT_START_OK, connection.Close): State.CLOSED,
    (State.AWAIT_TUNE_OK, connection.Close): State.CLOSED,
    (State.AWAIT_OPEN, connection.Close): State.CLOSED,
    (State.OPEN, connection.Close): State.CLOSED,
    (State.CLOSING, connection.Close): State.CLOSED,
    (State.CLOSING, connection.CloseOk): State.CLOSED,
}
"""(state, method received on channel 0) -> state."""
