"""Makes a course for nbgrader: a lesson is an assignment, each exercise and question a point.

    python notebooks/tools/course.py            in dist/nbgrader
    python notebooks/tools/course.py FOLDER     in another one

It writes FOLDER/source and FOLDER/nbgrader_config.py. A file that is there and differs stays, and
so does everything of nbgrader's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from classroom.handin import load_lesson
from classroom.points import with_points
from editions import ROOT
from lcutils._files import write_whole

_CONFIG = '''\
"""A course of The Long-Context Workbook, made by `make nbgrader`: type nbgrader's commands here."""

import sys

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    LimitOutput,
    SaveAutoGrades,
)

sys.path.insert(0, {tools!r})
from classroom.autograder import Judge

c = get_config()
c.CourseDirectory.course_id = "long_context_workbook"
# In place of Execute, which would run a student's code in your account: a judge with a box.
c.Autograde.autograde_preprocessors = [
    Judge,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.OverwriteCells.add_missing_cells = True  # whoever deletes a locked cell keeps the point
'''


def make(folder: Path) -> list[str]:
    """Make the course, and return a line for each file that is there and stays, though it differs.

    Args:
        folder: of the course; made if it is not there.
    """
    texts = {Path("nbgrader_config.py"): _CONFIG.format(tools=str(ROOT / "notebooks" / "tools"))}
    for built in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        made = with_points(load_lesson(built.name[:2]))
        path = Path("source", built.stem, built.name)
        texts[path] = json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    kept = []
    for path, text in texts.items():
        if not (folder / path).exists():
            write_whole(folder / path, text.encode())
        elif (folder / path).read_bytes() != text.encode():
            kept.append(f"{path}: there already and not as it is now, so it stays")
    return kept


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    folder = Path(arguments[0]).expanduser() if arguments else ROOT / "dist" / "nbgrader"
    try:
        kept = make(folder)
    except OSError as error:
        print(f"The course cannot be made in {folder} ({error.strerror}).", file=sys.stderr)
        return 1
    for line in kept:
        print(line)
    print(f"A course for nbgrader: {folder}")
    print(
        "There: nbgrader generate_assignment NAME, and for what comes back nbgrader autograde NAME"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
