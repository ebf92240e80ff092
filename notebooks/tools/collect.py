"""Judges what a class hands in, and says exercise by exercise what became of it.

    python notebooks/tools/collect.py 05 FOLDER            writes FOLDER/verdicts_05.json and .csv
    python notebooks/tools/collect.py 05 FOLDER --out OUT  writes them to OUT

FOLDER holds the notebooks of lesson 05, one a student. What they show does not count: each runs
again, in a box of its own, and is judged from outside.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from classroom.box import RefusedError
from classroom.collecting import collect, write
from classroom.handin import HandIn
from classroom.judge import JudgeError


def _line(made: HandIn) -> str:
    counted = [row for row in made.rows if row.kind != "prediction"]
    right = sum(row.state == "right" for row in counted)
    said = [f"{right} of {len(counted)} right"] * bool(counted) + made.notes
    return f"{made.file}: {'; '.join(said)} ({made.seconds:.1f} s)"


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("lesson", help='its number, such as "05"')
    parser.add_argument("folder", type=Path, help="where the notebooks are that were handed in")
    parser.add_argument("--out", type=Path, help="where the verdicts go; else into FOLDER")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time; 2 if not said")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    # a link could lead to any file of the teacher's
    found = sorted(x for x in chosen.folder.glob("*.ipynb") if x.is_file() and not x.is_symlink())
    if not found:
        print(f"There is no notebook in {chosen.folder}.", file=sys.stderr)
        return 1
    try:
        hand_ins = collect(
            chosen.lesson, found, chosen.jobs, telling=lambda made: print(_line(made), flush=True)
        )
        for path in write(chosen.lesson, hand_ins, chosen.out or chosen.folder):
            print(f"written: {path}")
    except (RefusedError, JudgeError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
