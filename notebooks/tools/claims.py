"""Runs the lessons' sources as plain scripts, and shows what each claim measured over the seeds.

    python notebooks/tools/claims.py                    every lesson at seeds 0 to 9
    python notebooks/tools/claims.py 05 --seeds 1 2     lesson 05 at two

`margin` is the distance from the outermost value to the nearer end of the promised range, in
units of the spread (max - min): below about 0.5 another seed may well fall outside.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from editions import SOURCES, environment, lesson_sources

# Run in a process of its own: the script, with every claim noted on its way. A claim that fails
# does not raise here, so that the script goes on and the other claims are seen as well.
_RUN = """
import json, os, runpy, sys
import lcutils, lcutils.claims
original, noted = lcutils.claim, []
def claim(id, sentence, value, *, between):
    strict = os.environ.pop("LC_STRICT")
    try:
        shown = original(id, sentence, value, between=between)
    finally:
        os.environ["LC_STRICT"] = strict
    noted.append([id, float(value), *map(float, between), shown.passed])
    return shown
lcutils.claim = lcutils.claims.claim = claim  # the latter serves lc.same
try:
    runpy.run_path(sys.argv[1], run_name="__main__")
finally:
    print("\\n" + json.dumps(noted))
"""


@dataclass(frozen=True)
class Measured:
    """What one claim measured in one run, and the range that it promises."""

    id: str
    value: float
    low: float
    high: float
    confirmed: bool


@dataclass(frozen=True)
class Run:
    """What a source measured at one seed, and the last line of its error, if any."""

    source: str
    seed: int
    claims: tuple[Measured, ...]
    error: str

    @property
    def passed(self) -> bool:
        """Whether it ran to its end and confirmed every claim."""
        return not self.error and all(claim.confirmed for claim in self.claims)


def run_source(source: Path, seed: int) -> Run:
    """Run a source as a script at a seed; a claim that fails is noted, and the script goes on."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(source)],
        env=environment() | {"LC_SEED": str(seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    noted = json.loads(done.stdout.rstrip().rpartition("\n")[2] or "[]")
    error = done.stderr.strip().rpartition("\n")[2] if done.returncode else ""
    return Run(source.stem, seed, tuple(Measured(*values) for values in noted), error)


def table(runs: Sequence[Run]) -> str:
    """A line for each claim: its values over the seeds, its range, its margin; then the errors."""
    found: dict[str, list[tuple[int, Measured]]] = {}
    for run in runs:
        for claim in run.claims:
            found.setdefault(claim.id, []).append((run.seed, claim))
    width = max(map(len, found), default=5)
    heads = ("min", "median", "max", "from", "to", "margin")
    lines = ["claim".ljust(width) + "".join(f"{head:>11}" for head in heads)]
    lines += [id.ljust(width) + _summary(measured) for id, measured in found.items()]
    lines += [f"{run.source} at seed {run.seed}: {run.error}" for run in runs if run.error]
    return "\n".join(lines)


def _summary(measured: Sequence[tuple[int, Measured]]) -> str:
    values = [claim.value for _, claim in measured]
    low = max(claim.low for _, claim in measured)
    high = min(claim.high for _, claim in measured)
    spread = max(values) - min(values)
    room = min(min(values) - low, high - max(values))
    margin = room / spread if spread else math.inf if room >= 0 else -math.inf
    shown = (min(values), statistics.median(values), max(values), low, high)
    line = "".join(f"{number:>11.4g}" for number in shown) + f"{margin:>11.1f}"
    failed = sorted({str(seed) for seed, claim in measured if not claim.confirmed})
    return line + (f"  FAILS at seed {', '.join(failed)}" if failed else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("lesson", nargs="*", help="two digits, such as 05; all if none is given")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(10)))
    options = parser.parse_args(arguments)
    try:
        sources = lesson_sources(SOURCES, options.lesson)
    except ValueError as error:
        parser.error(str(error))
    jobs = [(source, seed) for source in sources for seed in options.seeds]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda job: run_source(*job), jobs))
    print(table(runs))
    failed = sum(not run.passed for run in runs)
    print(f"{len(runs) - failed} runs passed, {failed} failed")
    return 1 if failed or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
