"""Judges what a class hands in, and says what to talk about.

    python notebooks/tools/collect.py 05 HAND_INS            writes HAND_INS_class_05/ beside it
    python notebooks/tools/collect.py 05 HAND_INS --out OUT  writes into OUT

HAND_INS is a folder or a zip with notebooks of lesson 05, in folders and zips of their own, as
Moodle, Canvas or anybody packs them. What they show does not count: each runs again, in a box of
its own, and is judged from outside. Out come class_05.html, a page on what to talk about, a page of
feedback for each student, class_05.csv and class_05.json.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from classroom.box import RefusedError
from classroom.collecting import collect
from classroom.handin import HandIn, load_lesson
from classroom.summing import Summary, right
from classroom.tables import write
from classroom.taking import Taken, taken
from classroom.workers import JudgeError


def _named(made: HandIn, one: Taken) -> None:
    """Call a hand-in by its student, and by its file's own name."""
    made.file, made.student, made.id = one.file, one.name.student, one.name.id
    if one.name.is_late:
        made.notes.append("Handed in late.")
    made.notes += [one.note] * bool(one.note)


def _line(made: HandIn) -> str:
    counted = sum(row.kind != "prediction" for row in made.rows)
    said = [f"{right(made)} of {counted} right"] * bool(counted) + made.notes
    line = f"{made.file}: {'; '.join(said)} ({made.seconds:.1f} s)"
    return line.encode(errors="replace").decode()


def _require_room(into: Path, number: str) -> None:
    """Refuse before anything is judged what could not be written, or would write over a class."""
    if (into / f"class_{number}.csv").exists():
        raise ValueError(f"In {into} lies a class already. Name another folder with OUT=.")
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"Nothing can be written to {into} ({error.strerror}). Name a folder with OUT=."
        ) from error


def _collected(number: str, given: Path, out: Path | None, jobs: int) -> None:
    """Judge and write. Raises: ValueError for what is no lesson, or holds no notebook."""
    lesson = load_lesson(number)
    if not given.exists():
        raise ValueError(f"There is no {given}.")
    place = given.resolve()
    into = out or place.with_name(f"{place.stem if place.is_file() else place.name}_class_{number}")
    with taken(given, lesson.name) as found:
        if not found.hand_ins:
            said = "; ".join([f"There is no notebook in {given}", *found.notes])
            raise ValueError(f"{said.rstrip('.')}.")
        _require_room(into, number)
        by_copy = {one.path.name: one for one in found.hand_ins}

        def telling(made: HandIn) -> None:
            _named(made, by_copy[made.file])
            print(_line(made), flush=True)

        hand_ins = collect(number, [one.path for one in found.hand_ins], jobs, telling)
    for path in write(Summary(lesson, hand_ins, found.notes), into):
        print(f"written: {path}")


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("lesson", help='its number, such as "05"')
    parser.add_argument("given", type=Path, help="the folder or the zip that was handed in")
    parser.add_argument("--out", type=Path, help="the folder for what comes out")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time; 2 if not said")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        _collected(chosen.lesson, chosen.given, chosen.out, chosen.jobs)
    except (RefusedError, JudgeError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
