"""A page that names what will be gone, and what will not, before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.models import Broker


@dataclass(slots=True, frozen=True)
class Crumb:
    title: str
    address: str


@dataclass(slots=True, frozen=True)
class Option:
    """A condition that can be ticked: a box of the form."""

    name: str
    label: str


@dataclass(slots=True, frozen=True)
class Confirmation:
    broker: Broker
    crumbs: tuple[Crumb, ...]
    """From the broker's list down to the thing; the page itself comes after them."""
    title: str
    """'Delete orders?'"""
    lead: str
    """What is done, where, and that it cannot be undone."""
    effects: tuple[str, ...]
    """What goes with it or happens because of it, then what is not affected; one sentence each."""
    button: str
    cancel: str
    """The address to go back to."""
    typed: str = ""
    """What must be typed; empty: nothing."""
    seen: int = 0
    """How many are lost; more than this later needs another look."""
    counted: str = "messages"
    options: tuple[Option, ...] = ()
    verb: str = "Delete"
    refusal: str = ""
    """Why it cannot be done here at all, in a sentence; empty: it can."""
