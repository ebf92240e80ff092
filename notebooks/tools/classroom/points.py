"""A lesson as nbgrader wants it: below each exercise and question a locked cell that has a point.

It is the student edition. What is to be written bears no mark of nbgrader's, so nothing of it is
cleared or overwritten; and no solution is in it, so none can be released.
"""

from __future__ import annotations

import re
from typing import Any

from classroom.graft import Notebook
from classroom.handin import Lesson
from lcutils.checking.data import Prediction
from lcutils.exercises import catalogue

_SOLUTION = re.compile(r"\n\[Solution\]\([^)]+\)(?: \(\[on the web\]\([^)]+\)\))?")
_LESSON = re.compile(r"\]\((?=([0-9]{2}_\w+)\.ipynb)")
_SAYS = "# {id}: 1 point, by the verdict on what was handed in, not by what this notebook shows."


def with_points(lesson: Lesson) -> Notebook:
    """The lesson, not run, with its points; its links lead to the other lessons of the course."""
    graded = {cell: id for id, cell in lesson.exercises.items() if _has_a_point(id)}
    cells = []
    for cell in lesson.notebook["cells"]:
        if cell["cell_type"] == "code":
            cells.append(cell | {"outputs": [], "execution_count": None})
        else:
            cells.append(cell | {"source": _linked("".join(cell["source"]))})
        if cell["id"] in graded:
            cells.append(_point(cell["id"], graded[cell["id"]]))
    return lesson.notebook | {"cells": cells}


def _has_a_point(id: str) -> bool:
    return not isinstance(catalogue()[id], Prediction)


def _linked(text: str) -> str:
    """nbgrader gives each lesson a folder of its own, and the solutions none."""
    return _LESSON.sub(r"](../\1/", _SOLUTION.sub("", text))


def _point(cell: str, id: str) -> dict[str, Any]:
    """The locked cell, whose grade is known by the exercise's cell."""
    metadata = {
        "nbgrader": {
            "cell_type": "code",
            "grade": True,
            "grade_id": cell,
            "locked": True,
            "points": 1,
            "schema_version": 3,
            "solution": False,
            "task": False,
        },
        "jupyter": {"source_hidden": True},
    }
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"{cell}-point",
        "metadata": metadata,
        "outputs": [],
        "source": _SAYS.format(id=id),
    }
