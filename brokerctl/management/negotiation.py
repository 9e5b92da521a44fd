"""Media types: what a client wants to have, what it says that it sends.

RabbitMQ also speaks BERT, Erlang's own terms, which nobody but its old tools asked for; here that is 406.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import Request

from brokerctl.management.errors import Refusal

WITH_BODIES = ("PUT", "POST")


def check(request: Request, produces: str, takes: str | None) -> None:
    """Raises Refusal 406 when the client does not want `produces`, 415 when it sends something else than `takes`."""
    wanted = request.headers.get("accept", "")
    if wanted.strip() and not _wants(wanted, produces):
        raise Refusal(406, "not_acceptable", f"the answer is {produces}: ask for that in Accept, or for */*")
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if takes is not None and request.method in WITH_BODIES and sent != takes:
        raise Refusal(415, "unsupported_media_type", f"the body is {takes}: say so in Content-Type")


def takes_gzip(request: Request) -> bool:
    """Whether the client says so; `gzip;q=0` says no (RFC 9110 §12.5.3)."""
    return _is_listed(request.headers.get("accept-encoding", ""), {"gzip", "x-gzip", "*"})


def _wants(accept: str, produces: str) -> bool:
    """Whether a media range of the header covers the type (RFC 9110 §12.5.1)."""
    return _is_listed(accept, {"*/*", produces, f"{produces.partition('/')[0]}/*"})


def _is_listed(header: str, names: Collection[str]) -> bool:
    """Whether one of the names is there and not ruled out by `q=0`."""
    for each in header.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if name in names and weight.strip("0") not in ("", "."):
            return True
    return False
