"""A broker's API that answers some requests otherwise: as a broker would that has other plugins, or is another one.

Or hears some otherwise than they were said.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.support.waiting import PATIENCE_SECONDS

Answers = Mapping[str, tuple[int, str]]
"""Status and body by method and path, as "GET /api/shovels"."""

Changes = Mapping[str, Callable[[bytes], bytes]]
"""What becomes of the body of a request on its way, by method and path."""

NO_PLUGIN = 404, '{"error":"Object Not Found","reason":"Not Found"}'
"""What RabbitMQ 3.10.8 answers for a path of a plugin that is not enabled."""

OF_ONE_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "date", "server"}


@contextmanager
def answering(api_port: int, answers: Answers, changes: Changes | None = None) -> Iterator[tuple[int, list[str]]]:
    """The port of one before the API at this one; and what was asked of `answers`, which fills while it runs."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are sent in two pieces: else the second waits 40 ms for the system to acknowledge the first.
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            wanted = f"{self.command} {self.path}"
            known = answers.get(wanted)
            if known is not None:
                asked.append(wanted)
                self.answer(known[0], {"content-type": "application/json"}, known[1].encode())
                return
            if changes and wanted in changes:
                body = changes[wanted](body)
            headers = {
                key: self.headers[key] for key in ("authorization", "accept", "content-type") if self.headers[key]
            }
            url = f"http://127.0.0.1:{api_port}{self.path}"
            found = httpx.request(self.command, url, headers=headers, content=body, timeout=PATIENCE_SECONDS)
            self.answer(found.status_code, dict(found.headers), found.content)

        do_GET = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815

        def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in OF_ONE_HOP:
                    self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
