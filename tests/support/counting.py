"""A wire between a client and a broker's management API: counts what is asked, and can be cut and mended."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ASKED = re.compile(rb"^(?:GET|PUT|POST|DELETE) (\S+) HTTP/1\.1\r$", re.MULTILINE)


class Wire:
    """Listens on a port of its own as long as it is whole; `asked` holds the path of every request, in order."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        """Of what is open, and whether more may be opened."""
        self.port = 0
        self.asked: list[str] = []
        self.refused = 0
        """How often somebody came while it was cut."""
        self.is_cut = False
        self._listen()

    def cut(self) -> None:
        """Close what is open and whatever comes, before a byte is answered."""
        self._close_open()

    def mend(self) -> None:
        with self._lock:
            self.is_cut = False

    def count(self, path: str) -> int:
        return sum(asked.partition("?")[0] == path for asked in self.asked)

    def close(self) -> None:
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self._close_open()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                broker = None if self.is_cut else self._connected()
                if broker is None:
                    self.refused += self.is_cut
                    client.close()
                    continue
                self._open += [client, broker]
            for source, target, is_asking in ((client, broker, True), (broker, client, False)):
                threading.Thread(target=self._pass, args=(source, target, is_asking), daemon=True).start()

    def _connected(self) -> socket.socket | None:
        """None: the broker is gone, which the client is told by its own end."""
        try:
            return socket.create_connection(("127.0.0.1", self._target_port))
        except OSError:
            return None

    def _pass(self, source: socket.socket, target: socket.socket, is_asking: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_asking:
                    self.asked += [path.decode() for path in ASKED.findall(data)]
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _close_open(self) -> None:
        with self._lock:
            self.is_cut = True
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            self._open.clear()


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    wire = Wire(port)
    try:
        yield wire
    finally:
        wire.close()
