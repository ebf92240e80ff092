"""Seconds that the judge of a class takes for a hand-in, and for sixty of them.

PYTHONPATH=. python tests/bench/classroom.py [LESSON [HAND_INS]]
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "class"), str(Path(__file__).parents[2])]
sys.path.append(str(Path(__file__).parents[2] / "notebooks" / "tools"))


def main(number: str = "05", count: str = "60") -> None:
    """Half of them solved, half as they were handed out."""
    from boxed import collected, why_no_box
    from editions import ROOT

    if reason := why_no_box():
        sys.exit(reason)
    (given,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    texts = [path.read_bytes() for path in (given, given.parent / "solutions" / given.name)]
    files = {f"{n:03}.ipynb": texts[n % 2] for n in range(int(count))}
    began = time.perf_counter()
    found = collected(files, number)
    took = time.perf_counter() - began
    seconds = sorted(made["seconds"] for made in found.values())
    print(f"lesson {number}: {count} hand-ins in {took:.0f} s, two at a time")
    print(f"a hand-in: median {statistics.median(seconds):.1f} s, longest {seconds[-1]:.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
