"""The HTTP side of a management API: one connection pool, one way to fail.

Whatever goes wrong becomes a ClientError with a sentence that names the broker and says what to do. Redirects are not
followed and the answer's size is bounded: a monitored broker is not to be trusted more than any other peer.
"""

from __future__ import annotations

import json
import ssl
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from brokerctl import names
from brokerctl.clients import tls
from brokerctl.clients.base import Address
from brokerctl.clients.failures import tls_failure
from brokerctl.errors import (
    BrokerUnreachable,
    ClientError,
    LoginRefused,
    ObjectNotFound,
    PermissionDenied,
    RequestRefused,
    UnexpectedReply,
)

MAX_REPLY_BYTES = 256 * 1024 * 1024
"""10,000 queues of RabbitMQ take some 20 MB; a peer that sends for ever is cut off."""

EVENTS_SECONDS = 60.0
"""Without a sign of life in a stream: the embedded broker gives one every fifteen."""

CUT_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)

Json = Any
Params = Mapping[str, str | list[str]]
"""Of a query; a list is a parameter that is given several times."""


class Http:
    """Calls below /api with basic authentication. Its connections end with `close`, or with the last who holds it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        host = f"[{address.host}]" if ":" in address.host else address.host
        scheme = "https" if address.api_tls else "http"
        verify: ssl.SSLContext | bool = tls.context(address) if address.api_tls else False
        self._client = httpx.Client(
            base_url=f"{scheme}://{host}:{address.api_port}",
            auth=httpx.BasicAuth(address.username, address.password),
            timeout=httpx.Timeout(address.timeout_seconds),
            verify=verify,
            follow_redirects=False,
            trust_env=False,
            # RabbitMQ's purge offers no JSON, as it answers nothing, and refuses with 406 who takes nothing else.
            headers={"accept": "application/json, */*;q=0.1"},
        )
        weakref.finalize(self, self._client.close)

    def close(self) -> None:
        self._client.close()

    @property
    def _where(self) -> str:
        return f"{self.address.host}:{self.address.api_port}"

    def get(self, *segments: str, params: Params | None = None) -> Json:
        """The JSON at this path below /api. Segments are escaped here."""
        return self._json(self._send("GET", segments, params=params))

    def get_list(self, *segments: str, params: Params | None = None) -> list[dict[str, Json]]:
        found = self.get(*segments, params=params)
        if not isinstance(found, list):
            raise UnexpectedReply(f"{self._where} answered /{'/'.join(segments)} with something that is not a list")
        return [item for item in found if isinstance(item, dict)]

    def get_object(self, *segments: str, params: dict[str, str] | None = None) -> dict[str, Json]:
        found = self.get(*segments, params=params)
        if not isinstance(found, dict):
            raise UnexpectedReply(f"{self._where} answered /{'/'.join(segments)} with something that is not an object")
        return found

    def put(self, *segments: str, body: dict[str, Json] | None = None) -> None:
        self._send("PUT", segments, body=body)

    def post(self, *segments: str, body: dict[str, Json], timeout_seconds: float | None = None) -> Json:
        """`timeout_seconds` for what takes the broker longer than the address allows for."""
        return self._json(self._send("POST", segments, body=body, timeout_seconds=timeout_seconds))

    def delete(
        self, *segments: str, params: dict[str, str] | None = None, headers: dict[str, bytes] | None = None
    ) -> None:
        self._send("DELETE", segments, params=params, headers=headers)

    def events(self, *segments: str, params: dict[str, str]) -> Iterator[tuple[str, dict[str, Json]]]:
        """(event, data) of a stream of server-sent events, until the broker ends it."""
        path = "/api" + names.path(*segments)
        options: dict[str, Any] = {"params": params, "timeout": EVENTS_SECONDS}
        with self._failures(EVENTS_SECONDS), self._answer("GET", path, options) as response:
            if response.status_code >= 300:
                raise self._refusal(response.status_code, self._read(response), path)
            event = ""
            for line in response.iter_lines():
                if line.startswith("event:"):
                    event = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    found = self._json(line.removeprefix("data:").encode())
                    yield event, found if isinstance(found, dict) else {}

    def _send(
        self,
        method: str,
        segments: tuple[str, ...],
        *,
        params: Params | None = None,
        body: dict[str, Json] | None = None,
        headers: dict[str, bytes] | None = None,
        timeout_seconds: float | None = None,
    ) -> bytes:
        path = "/api" + names.path(*segments)
        seconds = timeout_seconds or self.address.timeout_seconds
        options: dict[str, Any] = {"params": params, "json": body, "headers": headers, "timeout": seconds}
        with self._failures(seconds), self._answer(method, path, options) as response:
            try:
                content = self._read(response)
            except httpx.TransportError:
                # Who refuses without having read what was sent may cut the connection behind the status.
                if response.status_code < 300:
                    raise
                content = b""
        if response.status_code >= 300:
            raise self._refusal(response.status_code, content, path)
        return content

    @contextmanager
    def _answer(self, method: str, path: str, options: dict[str, Any]) -> Iterator[httpx.Response]:
        response = self._begin(method, path, options)
        try:
            yield response
        finally:
            response.close()
            # httpx ties a response to its stream and that to the response: a collector that asks twice a second would
            # leave thousands of them to Python's search for cycles.
            del response.stream

    def _begin(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        request = self._client.build_request(method, path, **options)
        try:
            return self._client.send(request, stream=True)
        except CUT_OFF:
            # A broker may close a connection between two requests, maybe while this one was on its way. What only asks
            # is asked again; what changes something is not, for nobody knows whether it was done.
            if method != "GET":
                raise
            return self._client.send(self._client.build_request(method, path, **options), stream=True)

    @contextmanager
    def _failures(self, seconds: float) -> Iterator[None]:
        """Whatever httpx raises, as a ClientError."""
        try:
            yield
        except httpx.TimeoutException as error:
            raise BrokerUnreachable(f"{self._where} did not answer within {seconds:g} s") from error
        except httpx.TransportError as error:
            raise BrokerUnreachable(self._unreachable(error)) from error
        except UnicodeError as error:
            # A host that is no name at all: too long, or with an empty part.
            raise BrokerUnreachable(f"there is no host {self.address.host}") from error
        except httpx.HTTPError as error:
            raise UnexpectedReply(f"{self._where} broke the HTTP protocol: {error}") from error

    def _read(self, response: httpx.Response) -> bytes:
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_REPLY_BYTES:
                raise UnexpectedReply(
                    f"{self._where} sent more than {MAX_REPLY_BYTES // 2**20} MiB; the rest was not read"
                )
            chunks.append(chunk)
        return b"".join(chunks)

    def _json(self, content: bytes) -> Json:
        if not content:
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise UnexpectedReply(
                f"{self._where} did not answer with JSON; is this the management API, or a proxy in front of it?"
            ) from error

    def _unreachable(self, error: httpx.TransportError) -> str:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return f"{self._where}: its TLS certificate is not trusted ({cause.verify_message})"
            if isinstance(cause, ssl.SSLError):
                return tls_failure(self._where, cause)
            cause = cause.__cause__ or cause.__context__
        text = str(error)
        if "refused" in text:
            return f"{self._where} refused the connection: nothing listens there"
        if "Name or service not known" in text or "getaddrinfo" in text or "nodename" in text:
            return f"there is no host {self.address.host}"
        if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
            return f"{self._where} does not answer as a management API does; is this its port?"
        return f"{self._where} cannot be reached: {text or type(error).__name__}"

    def _refusal(self, status: int, content: bytes, path: str) -> ClientError:
        error, reason = _reason(content)
        if status == 401 and error == "not_authorised":
            return PermissionDenied(f"{self._where}: user {self.address.username} may not do this ({reason})")
        if status == 401:
            return LoginRefused(f"{self._where} refused user {self.address.username}: wrong user or password")
        if status == 403:
            return PermissionDenied(f"{self._where}: user {self.address.username} may not do this ({reason})")
        if status == 404 and reason:
            return ObjectNotFound(f"{self._where}: {reason} ({path})")
        if status == 404:
            return UnexpectedReply(f"{self._where} has no {path}; is this the management API?")
        if status in (300, 301, 302, 303, 307, 308):
            return UnexpectedReply(f"{self._where} redirects elsewhere; register the broker's own address")
        if status >= 500:
            return RequestRefused(f"{self._where} failed with {status}: {reason or 'no reason given'}")
        return RequestRefused(f"{self._where} refused: {reason or status}")


def _reason(content: bytes) -> tuple[str, str]:
    """(error, reason) of an error body; empty strings when it is something else."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    reason = body.get("reason", "")
    return str(body.get("error", "")), reason if isinstance(reason, str) else " ".join(map(str, reason or ()))
