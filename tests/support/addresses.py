"""The addresses of the dashboard as its urls.py has them: which can be opened, and by which names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern

from dashboard import urls


@dataclass(slots=True, frozen=True)
class Address:
    name: str
    route: str
    """As urls.py writes it: `brokers/<slug:broker>/queues/`."""
    parameters: frozenset[str]
    can_be_opened: bool
    """By GET: with this a person, or a link, can come to it."""


def addresses() -> dict[str, Address]:
    """Every one of urls.py by its name, in its order."""
    found = (_address(each) for each in urls.urlpatterns)
    return {each.name: each for each in found}


def openable() -> dict[str, Address]:
    return {name: each for name, each in addresses().items() if each.can_be_opened}


def _address(pattern: URLPattern) -> Address:
    assert pattern.name, f"{pattern} has no name"
    parameters = frozenset(pattern.pattern.converters)
    return Address(pattern.name, str(pattern.pattern), parameters, "GET" in _methods(pattern.callback))


def _methods(view: Callable[..., Any]) -> Collection[str]:
    """What Django's decorators or a class of views let through; without either everything goes."""
    if of_class := getattr(view, "view_class", None):
        return {name.upper() for name in of_class.http_method_names if hasattr(of_class, name)}
    layer: Callable[..., Any] | None = view
    while layer is not None:
        allowed: Collection[str] | None = inspect.getclosurevars(layer).nonlocals.get("request_method_list")
        if allowed is not None:
            return allowed
        layer = getattr(layer, "__wrapped__", None)
    return {"GET"}
