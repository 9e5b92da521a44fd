"""How many logins went well and how many did not, by protocol, since the broker started or somebody reset them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counted:
    succeeded: int = 0
    failed: int = 0


class Attempts:
    def __init__(self) -> None:
        self.by_protocol: dict[str, Counted] = {}

    def add(self, protocol: str, is_right: bool) -> None:
        counted = self.by_protocol.setdefault(protocol, Counted())
        if is_right:
            counted.succeeded += 1
        else:
            counted.failed += 1

    def reset(self) -> None:
        self.by_protocol.clear()
