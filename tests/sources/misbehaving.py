"""A real HTTP server on this machine that behaves as badly as it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Server:
    """What it serves, how, and what it was asked."""

    body: bytes
    manners: list[str] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    url: str = ""

    def next_manner(self) -> str:
        """Each request uses up one; the last stays."""
        return self.manners.pop(0) if len(self.manners) > 1 else self.manners[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Server

    def do_GET(self) -> None:
        self.state.ranges.append(self.headers.get("Range"))
        getattr(self, "_" + self.state.next_manner())()
        self.close_connection = True

    def _good(self) -> None:
        start = self._start()
        self._head(206 if start else 200, len(self.state.body) - start, start)
        self.wfile.write(self.state.body[start:])

    def _cut(self) -> None:
        start = self._start()
        rest = self.state.body[start:]
        self._head(206 if start else 200, len(rest), start)
        self.wfile.write(rest[: len(rest) // 2])

    def _cut_at_once(self) -> None:
        self._head(200, len(self.state.body), 0)

    def _ignores_range(self) -> None:
        self._head(200, len(self.state.body), 0)
        self.wfile.write(self.state.body)

    def _wrong_range(self) -> None:
        self._head(206, len(self.state.body), 1)
        self.wfile.write(self.state.body)

    def _wrong_bytes(self) -> None:
        self._head(200, len(self.state.body), 0)
        self.wfile.write(bytes(reversed(self.state.body)))

    def _slow(self) -> None:
        start = self._start()
        self._head(206 if start else 200, len(self.state.body) - start, start)
        for k in range(start, len(self.state.body), 20_000):
            self.wfile.write(self.state.body[k : k + 20_000])
            self.wfile.flush()
            time.sleep(0.02)

    def _hangs(self) -> None:
        self._head(200, len(self.state.body), 0)
        self.wfile.write(self.state.body[:1000])
        self.wfile.flush()
        time.sleep(1.5)

    def _empty(self) -> None:
        self._head(200, 0, 0)

    def _missing(self) -> None:
        self._refuse(404)

    def _broken(self) -> None:
        self._refuse(500)

    def _html(self) -> None:
        self._page("text/html; charset=utf-8")

    def _html_as_text(self) -> None:
        self._page("text/plain")

    def _start(self) -> int:
        asked = self.headers.get("Range")
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0

    def _head(self, status: int, length: int, start: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if status == 206:
            total = len(self.state.body)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.end_headers()

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, content_type: str) -> None:
        page = b"<!DOCTYPE html><html><body>Please log in</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@contextmanager
def serve(body: bytes, *manners: str) -> Iterator[Server]:
    """Serve one body; each request meets the next manner, the last one for good."""
    state = Server(body, list(manners))
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
