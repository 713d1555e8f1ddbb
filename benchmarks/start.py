"""
How long devnorms takes to start, against starting Python and importing pandas.

    python benchmarks/start.py

Each line is the best of five fresh processes, wall seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("devnorms"))
COMMANDS = {
    "python, nothing imported": [sys.executable, "-c", "pass"],
    "import devnorms": [sys.executable, "-c", "import devnorms"],
    "devnorms --help": [PROGRAM, "--help"],
    "import pandas": [sys.executable, "-c", "import pandas"],
}


def best_of_five(command: list[str]) -> float:
    """Wall seconds of the quickest of five processes."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print the table."""
    for name, command in COMMANDS.items():
        print(f"{name:26} {best_of_five(command):.2f} s")


if __name__ == "__main__":
    main()
