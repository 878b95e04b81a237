"""A TCP proxy that does to transfers what networks and overloaded servers do."""

import socket
import struct
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

CHUNK = 16 * 1024
SLOW_DOWN = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n"
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)


@dataclass
class Fault:
    """What befalls the connection on which the client next sends `when`."""

    kind: str
    """cut, reset, stall, flip (a bit), answer (in the server's place) or rewrite (text)"""
    after_bytes: int = 0
    """Of what the server sends from then on."""
    when: bytes = b""
    answer: bytes = SLOW_DOWN
    old: bytes = b""
    new: bytes = b""


@dataclass
class Line:
    """One connection through the proxy."""

    client: socket.socket
    server: socket.socket
    delivered_bytes: int = 0
    """From the server to the client."""
    fault: Fault | None = None
    left_bytes: int = 0


@dataclass
class Proxy:
    """Listens on a port of its own for clients of a server's port."""

    server_port: int
    faults: deque[Fault] = field(default_factory=deque)
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self):
        self._closed = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._closed.set()
        # shutdown() wakes accept(); closing alone doesn't.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self.lines:
            line.client.close()
            line.server.close()

    def befall(self, kind: str, after_bytes: int = 0, **more):
        self.faults.append(Fault(kind, after_bytes, **more))

    def _accept(self):
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                return
            for end in (client, server):  # a small answer must not wait for the next one
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(client, server)
            self.lines.append(line)
            Thread(target=self._up, args=[line], daemon=True).start()
            Thread(target=self._down, args=[line], daemon=True).start()

    def _up(self, line: Line):
        try:
            while data := line.client.recv(CHUNK):
                if line.fault is None and self.faults and self.faults[0].when in data:
                    fault = self.faults.popleft()
                    line.left_bytes, line.fault = fault.after_bytes, fault
                    if fault.kind == "answer":
                        line.client.sendall(fault.answer)
                        self._end(line)
                        return
                line.server.sendall(data)
            line.server.shutdown(socket.SHUT_WR)
        except OSError:  # one end is gone: so is the other
            self._end(line)

    def _down(self, line: Line):
        try:
            while data := line.server.recv(CHUNK):
                if (fault := line.fault) is not None:
                    data = self._damaged(line, fault, data)
                if data is None:
                    return
                line.client.sendall(data)
                line.delivered_bytes += len(data)
            line.client.shutdown(socket.SHUT_WR)
        except OSError:
            self._end(line)

    def _damaged(self, line: Line, fault: Fault, data: bytes) -> bytes | None:
        """What still goes through; None where nothing does any more."""
        if fault.kind == "rewrite":
            return data.replace(fault.old, fault.new)
        if len(data) <= line.left_bytes:
            line.left_bytes -= len(data)
            return data
        passed, rest = data[: line.left_bytes], data[line.left_bytes :]
        if fault.kind == "flip":
            line.fault = None
            return passed + bytes([rest[0] ^ 1]) + rest[1:]
        line.client.sendall(passed)
        line.delivered_bytes += len(passed)
        if fault.kind == "stall":
            self._closed.wait()
        if fault.kind == "reset":
            linger = struct.pack("ii", 1, 0)
            line.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._end(line)
        return None

    @staticmethod
    def _end(line: Line):
        # Reading is shut first: a socket that another thread reads from isn't closed yet.
        how = socket.SHUT_RD if line.fault and line.fault.kind == "reset" else socket.SHUT_RDWR
        with suppress(OSError):
            line.client.shutdown(how)
        line.client.close()
        with suppress(OSError):
            line.server.shutdown(socket.SHUT_RDWR)
        line.server.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for_port(port: int):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody answers on port {port}")
