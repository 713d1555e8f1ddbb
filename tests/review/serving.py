"""A site of its own in a folder, served by the real command."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEVNORMS = [sys.executable, "-c", "from devnorms.cli import main; main()"]


def environment() -> dict[str, str]:
    """Ours, without the site of the tests' own process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DEVNORMS_REVIEW")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "PYTHONPATH": str(ROOT)}


def command(*words: object) -> subprocess.CompletedProcess[str]:
    """Run ``devnorms review ...``."""
    return subprocess.run(
        [*DEVNORMS, "review", *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def inside(folder: Path, code: str, *words: object) -> str:
    """Run code in a process in which a site is up; give what it prints."""
    head = (
        "import sys; from pathlib import Path; from devnorms.review import operating;"
        f"operating.start(Path({str(folder)!r}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", head + code, *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class Served:
    """The site as a process of its own; ended, or killed, by its id."""

    def __init__(self, folder: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder.parent / f"{folder.name}-{port}.log"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [*DEVNORMS, "review", "serve",
                 "--site", str(folder), "--port", str(port)],
                env=environment(), stdout=out, stderr=out,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):  # noqa: S310
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def end(self, how: int = signal.SIGTERM) -> None:
        """Stop it, or, with SIGKILL, cut it off."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=30)


def link_path(text: str) -> str:
    """The path of the link in what a command printed."""
    found = re.search(r"http\S+?//[^/]+(/\S+)", text)
    assert found, text
    return found[1]
