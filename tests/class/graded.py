"""A course of nbgrader's with hand-ins in it, graded as a teacher would, by an ordinary user.

`python tests/class/graded.py FOLDER 05 11` grades three hand-ins each for these lessons and one
for all others, in an empty folder that anybody may write, and says how long each step took.
"""

from __future__ import annotations

import copy
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # as pytest sets it
    here = Path(__file__).resolve().parent
    sys.path[:0] = [str(here), str(here.parents[1] / "notebooks" / "tools")]

import course
from boxed import as_user
from editions import ROOT

Notebook = dict[str, Any]

LESSONS = {path.name[:2]: path.stem for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
APART = ROOT / ".class"  # where CI installs nbgrader, so that no other test sees it
CHEAT = """
import lcutils as lc, lcutils._ledger as ledger
ledger.record(ledger.Entry("checked", "{id}", True, "Right."))
lc.check = lambda id, answer: answer
try:
    open("{outside}/written", "w").write("x")
except OSError:
    pass
"""


def environment(home: Path) -> dict[str, str]:
    """Where nbgrader is, and a home that can be written."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    here = Path(sys.executable).parent  # nbgrader calls alembic by its name
    return known | {
        "HOME": str(home),
        "JUPYTER_CONFIG_PATH": str(APART / "etc" / "jupyter"),
        "JUPYTER_PATH": str(APART / "share" / "jupyter"),
        "PATH": f"{here}:{APART / 'bin'}:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": f"{ROOT}:{APART}",
    }


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A Python command in the course's folder."""
    return subprocess.run(
        as_user(sys.executable, "-m", *command),
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )


def nbgrader(folder: Path, *arguments: str) -> str:
    """What a command of nbgrader's says."""
    done = run(folder, "nbgrader", *arguments)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stderr


def exercises(notebook: Notebook) -> list[str]:
    """The ids of the cells that somebody writes."""
    return [cell["id"] for cell in notebook["cells"] if is_exercise(cell)]


def is_exercise(cell: dict[str, Any]) -> bool:
    return "exercise" in cell["metadata"].get("tags", [])


def points(notebook: Notebook) -> list[str]:
    """The ids of the exercises that have a point."""
    found = (cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"])
    return [id for id in found if id]


def hand_in(folder: Path, student: str, name: str, changed: Callable[[Notebook], None]) -> None:
    """Put what a student made of the released lesson where nbgrader collects it."""
    made = json.loads((folder / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    changed(made)
    path = folder / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(made), encoding="utf-8")


def solved(name: str, part: float = 1.0) -> Callable[[Notebook], None]:
    """A hand-in with the first part of the points solved, and whatever else there is."""

    def change(made: Notebook) -> None:
        path = ROOT / "notebooks" / "solutions" / f"{name}.ipynb"
        ours = {cell["id"]: cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}
        graded = points(made)
        left = graded[round(len(graded) * part) :]
        for cell in made["cells"]:
            if is_exercise(cell) and cell["id"] not in left:
                cell["source"] = copy.deepcopy(ours[cell["id"]]["source"])

    return change


def cheating(outside: Path) -> Callable[[Notebook], None]:
    """A hand-in that fills the report, replaces the check, and edits the locked cells."""

    def change(made: Notebook) -> None:
        first = points(made)[0]
        shown = {"text/plain": "1"}
        output = {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": shown,
        }
        for cell in made["cells"]:
            if cell["id"] == first:
                id = first.replace("-", ".", 1)
                cell["source"] = CHEAT.format(id=id, outside=outside) + "".join(cell["source"])
            if "nbgrader" in cell["metadata"]:
                cell |= {"source": "1", "outputs": [output], "execution_count": 1}

    return change


def grades(folder: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """(lesson, student) -> its points and the most that there are, from nbgrader's csv."""
    nbgrader(folder, "export", "--to", "grades.csv")
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (row["assignment"], row["student_id"]): (float(row["score"]), float(row["max_score"]))
            for row in csv.DictReader(lines)
        }


def steps(folder: Path, name: str, outside: Path, *, only_right: bool) -> dict[str, float]:
    """Release a lesson, hand in, grade and give feedback: step -> seconds."""
    began, took = time.monotonic(), {}

    def done(step: str) -> None:
        nonlocal began
        took[step], began = time.monotonic() - began, time.monotonic()

    nbgrader(folder, "generate_assignment", name)
    done("generate")
    hand_in(folder, "ann", name, solved(name))
    if not only_right:
        hand_in(folder, "ben", name, solved(name, 0.5))
        hand_in(folder, "cheat", name, cheating(outside))
    began = time.monotonic()
    nbgrader(folder, "autograde", name)
    done("autograde")
    nbgrader(folder, "generate_feedback", name)
    done("feedback")
    return took


def main(folder: Path, three: list[str]) -> None:
    """All lessons, three hand-ins for some; the times, and at last nbgrader's csv."""
    began = time.monotonic()
    course.make(folder)
    print(f"export {time.monotonic() - began:.1f} s")
    for number, name in LESSONS.items():
        took = steps(folder, name, folder, only_right=number not in three)
        load = Path("/proc/loadavg").read_text().split()[0]
        print(name, *(f"{step} {s:.1f} s" for step, s in took.items()), f"load {load}", flush=True)
    for (name, student), (got, most) in grades(folder).items():
        print(f"{name} {student}: {got:g} of {most:g}")
    assert not (folder / "written").exists()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
