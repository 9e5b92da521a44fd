"""/api/users and /api/whoami."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import User
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.errors import ObjectNotFound


def whoami(http: Http) -> User:
    """GET /api/whoami: the login's own user."""
    return parse(http.get_object("whoami"))


def users(http: Http) -> list[User]:
    """GET /api/users."""
    return [parse(item) for item in http.get_list("users")]


def user(http: Http, name: str) -> User:
    """GET /api/users/name."""
    return parse(http.get_object("users", name))


def put(http: Http, user: User, password: str | None) -> None:
    """PUT /api/users/name. A PUT without a password would clear the one there is, so its hash is sent again."""
    body: Json = {"tags": ",".join(user.tags)}
    if password is None:
        body |= _kept(http, user.name)
    else:
        body |= {"password": password} if password else {"password_hash": ""}
    http.put("users", user.name, body=body)


def delete(http: Http, name: str) -> None:
    """DELETE /api/users/name."""
    http.delete("users", name)


def parse(item: Json) -> User:
    # What one asks of oneself has no hash; a cleared one is empty.
    has_password = bool(read.text(item, "password_hash")) if "password_hash" in item else None
    return User(read.text(item, "name"), read.words(item, "tags"), has_password)


def _kept(http: Http, name: str) -> Json:
    try:
        item = http.get_object("users", name)
    except ObjectNotFound:
        return {"password_hash": ""}
    found: Json = {"password_hash": read.text(item, "password_hash")}
    if algorithm := read.text(item, "hashing_algorithm"):
        found["hashing_algorithm"] = algorithm
    return found
