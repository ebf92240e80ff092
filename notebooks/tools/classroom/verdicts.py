"""Judges hand-ins of one lesson as they come: for a program that has them one after the other.

`python -m classroom.verdicts 05` reads a path a line, and answers each with a line of JSON: the
hand-in, or {"refused": why}. What it needs is read once, and its box made once.
"""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from classroom.box import RefusedError
from classroom.collecting import Judges
from classroom.workers import JudgeError


def main(number: str) -> None:
    """Until there are no more lines."""
    torch.set_num_threads(1)
    with contextlib.ExitStack() as until_the_end:
        judges: Judges | None = None
        for line in sys.stdin:
            try:
                judges = judges or until_the_end.enter_context(Judges(number, jobs=1))
                (made,) = judges.collect([Path(line.rstrip("\n"))])
                said = asdict(made)
            except (RefusedError, JudgeError) as error:
                said = {"refused": str(error)}
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
