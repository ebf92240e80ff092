"""Gives the reader a copy of each lesson to write in, in the folder `study`.

    python notebooks/tools/study.py

A file that is there already is never touched: to start a lesson over, rename your copy.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from editions import ROOT
from lcutils._files import write_whole


def copy_lessons(notebooks: Path, study: Path) -> list[str]:
    """Copy each lesson that is not in `study` yet.

    Returns: a line for each copy made, and for each that its lesson has left behind.
    """
    lines = []
    for lesson in sorted(notebooks.glob("*.ipynb")):
        copy = study / lesson.name
        if not os.path.lexists(copy):
            write_whole(copy, lesson.read_text(encoding="utf-8").encode())
            lines.append(f"{study.name}/{copy.name}: copied")
        elif (older := _made_from(copy)) != _made_from(lesson):
            lines.append(
                f"{study.name}/{copy.name}: "
                + ("older than its lesson" if older else "cannot be compared with its lesson")
                + "; to start over, rename your copy and run this again"
            )
    return lines


def _made_from(path: Path) -> str:
    """The hash of the lesson's text that `build.notebook` stored; editors keep it."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["metadata"]["workbook"]["lesson"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # the reader's own file: whatever it is, it stays


if __name__ == "__main__":
    for line in copy_lessons(ROOT / "notebooks", ROOT / "study"):
        print(line)
