"""HTTP/1.1 over one kept-alive socket, so that the client's own cost stays small and the same.

Reads what the two servers send: a Content-Length, chunks, or nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PATIENCE_SECONDS = 120.0
RECEIVE_BYTES = 256 * 1024
EMPTY_STATUSES = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, and headers with their names in lower case."""

    status: int
    body: bytes
    headers: dict[str, str]


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


class Connection:
    """One client's connection; opened when needed and again when the server closed it.

    patience  seconds to wait for something to arrive
    """

    def __init__(self, host: str, port: int, patience: float = PATIENCE_SECONDS) -> None:
        self.address, self.patience = (host, port), patience
        self.socket: socket.socket | None = None
        self.held = b""

    def send(self, data: bytes) -> Answer:
        """One request and its whole answer.

        Raises OSError when the server goes away, of which TimeoutError is one.
        """
        is_reused = self.socket is not None
        try:
            status, headers = self.head_of(data)
        except ConnectionError:
            # A server may close a connection between two requests.
            if not is_reused or self.held:
                raise
            self.close()
            status, headers = self.head_of(data)
        body = b"".join(self.body(status, headers))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, body, headers)

    def head_of(self, data: bytes) -> tuple[int, dict[str, str]]:
        """Send a request and read the head of its answer."""
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=self.patience)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(data)
        return self.head()

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers, names in lower case."""
        head = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        named = (line.partition(":") for line in head[1:])
        return int(head[0].split(" ", 2)[1]), {
            name.strip().lower(): value.strip() for name, _, value in named
        }

    def body(self, status: int, headers: Mapping[str, str]) -> Iterator[bytes]:
        """The parts of a body."""
        if status in EMPTY_STATUSES:
            return
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(self.until(b"\r\n").split(b";")[0], 16):
                yield self.exactly(size)
                self.exactly(2)
            self.until(b"\r\n")
        elif "content-length" in headers:
            yield self.exactly(int(headers["content-length"]))
        else:
            yield from self.to_the_end()

    def until(self, mark: bytes) -> bytes:
        """What comes before a mark, which is taken too."""
        while mark not in self.held:
            self.held += self.receive()
        found, _, self.held = self.held.partition(mark)
        return found

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        parts = [self.held]
        missing = size - len(self.held)
        while missing > 0:
            parts.append(self.receive())
            missing -= len(parts[-1])
        data = b"".join(parts)
        self.held = data[size:]
        return data[:size]

    def to_the_end(self) -> Iterator[bytes]:
        """Everything until the server closes."""
        yield self.held
        self.held = b""
        while self.socket is not None and (part := self.socket.recv(RECEIVE_BYTES)):
            yield part
        self.close()

    def receive(self) -> bytes:
        """Some bytes, at least one."""
        part = self.socket.recv(RECEIVE_BYTES) if self.socket else b""
        if not part:
            self.close()
            raise ConnectionError("the server closed the connection")
        return part

    def close(self) -> None:
        """Forget the connection."""
        if self.socket is not None:
            self.socket.close()
        self.socket, self.held = None, b""
