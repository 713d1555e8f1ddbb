"""A chat server that behaves well or badly, as a test asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

Reply = Callable[[dict[str, Any]], Any]


class Double:
    """What a server was sent, and how it answers after the canary."""

    def __init__(self, reply: Reply, canary: Reply | None = None) -> None:
        self.reply, self.canary = reply, canary or honest
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []

    def answer(self, path: str, body: dict[str, Any]) -> Any:
        self.paths.append(path)
        self.bodies.append(body)
        text = json.dumps(body)
        return (self.canary if "The sky is blue" in text else self.reply)(body)


def schema_of(body: dict[str, Any]) -> dict[str, Any]:
    form = body["response_format"]
    return form["json_schema"]["schema"] if "json_schema" in form else form["schema"]


def chat(content: str, why: str = "stop") -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, "finish_reason": why}]}


def coded(body: dict[str, Any], *codes: dict[str, str]) -> dict[str, Any]:
    """An answer with the mark that stands only in the schema."""
    mark = schema_of(body)["properties"]["mark"]["enum"][0]
    return chat(json.dumps({"mark": mark, "codes": list(codes)}))


def honest(body: dict[str, Any]) -> Any:
    """Holds to the schema and finds nothing."""
    if "questions" in body:
        return decide(body, lambda _name, options: options[-1])
    return coded(body)


def decide(body: dict[str, Any], choose: Callable[[str, list[str]], str]) -> Any:
    """Probabilities of a decisions server."""
    answers = {}
    for name, question in body["questions"].items():
        options = list(question["criteria"])
        best = choose(name, options)
        rest = 0.2 / max(1, len(options) - 1)
        shares = {o: 0.8 if o == best else rest for o in options}
        if len(options) == 1:
            shares = {best: 1.0}
        answers[name] = {"type": "choice", "choice": best, "probabilities": shares}
    return {"model": "d", "answers": answers}


@contextmanager
def serving(double: Double) -> Iterator[str]:
    """Run a server on this machine; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            given = double.answer(self.path, json.loads(self.rfile.read(size)))
            code, raw = given if isinstance(given, tuple) else (200, given)
            data = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
