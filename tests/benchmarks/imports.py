"""What importing costs: the package against pydantic, in fresh interpreters, medians of pairs."""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 15
TIMER = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"


def seconds(statement: str) -> float:
    """Time a statement in a fresh interpreter."""
    command = [sys.executable, "-c", TIMER.format(statement)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def main() -> None:
    """Print the median times, and what the package takes more than pydantic."""
    floor = "import pydantic"
    rows = {
        "import session_lab": [],
        "import session_lab, pydantic": [],
        "from session_lab import AgentSession": [],
        "from session_lab import open_store": [],
    }
    floors = []
    for _ in range(ROUNDS):
        floors.append(seconds(floor))
        for statement, times in rows.items():
            times.append(seconds(statement))
    print(f"{floor:45}{statistics.median(floors) * 1000:8.0f} ms")
    for statement, times in rows.items():
        more = statistics.median(t - f for t, f in zip(times, floors, strict=True))
        median = statistics.median(times)
        print(f"{statement:45}{median * 1000:8.0f} ms{more * 1000:+8.0f} ms to pydantic")


if __name__ == "__main__":
    main()
