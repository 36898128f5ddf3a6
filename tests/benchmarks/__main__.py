"""Run the benchmarks of this folder, each in a process of its own: `python -m tests.benchmarks`.

A process each, so that neither the imports nor the memory of one colour the next. Names as
arguments choose among them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def benchmarks() -> list[str]:
    """List the names of the benchmarks here, sorted."""
    return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem[0] != "_")


def main(wanted: list[str]) -> int:
    """Run the benchmarks named, or all; give 1 if a name is unknown or a run failed."""
    known = benchmarks()
    if unknown := sorted(set(wanted) - set(known)):
        there = ", ".join(known) or "none"
        print(f"No such benchmark: {', '.join(unknown)}. There are: {there}.", file=sys.stderr)
        return 1
    if not known:
        print("No benchmarks yet: add a module that prints its table to tests/benchmarks.")
    failed = []
    for name in wanted or known:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"{__package__}.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
