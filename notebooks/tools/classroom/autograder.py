"""In place of nbgrader's Execute: a hand-in is judged in its box, and the verdicts are the outputs.

nbgrader's own process runs nothing of a student's, not even through the judge.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

_TOOLS = Path(__file__).resolve().parents[1]
_NO_ROW = "This is no exercise of the workbook's. Nothing was run, so it has no point."


class NotJudgedError(Exception):
    """The judge itself failed, or cannot work here: nothing is said of the hand-in."""


class Judge(NbGraderPreprocessor):
    """Gives each locked cell the verdict on its exercise: nbgrader takes 1 or 0 for the points."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """All of one hand-in. Raises: NotJudgedError, and then nbgrader grades nothing of it."""
        made = judged(nb, resources["nbgrader"]["notebook"])
        rows = {row["id"]: row for row in made["rows"]}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            if utils.is_grade(cell) and cell.cell_type == "code":
                id = cell.metadata.nbgrader.grade_id.replace("-", ".", 1)
                cell.outputs = _outputs(rows.get(id, {}), made["notes"] if not rows else [])
        if made["notes"]:
            nb.cells.insert(0, new_markdown_cell("\n\n".join(made["notes"])))
        return nb, resources


def _outputs(row: dict[str, Any], notes: list[str]) -> list[NotebookNode]:
    sentence = row.get("sentence") or " ".join(notes) or _NO_ROW
    text = "\n".join([sentence, *row.get("example", ())]) + "\n"
    point = "1" if row.get("state") == "right" else "0"
    return [
        new_output("stream", name="stdout", text=text),
        new_output("execute_result", data={"text/plain": point}, execution_count=None),
    ]


def judged(nb: NotebookNode, name: str) -> dict[str, Any]:
    """What the judge says of a hand-in of the lesson `name`."""
    own = [cell for cell in nb.cells if not utils.is_grade(cell)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.ipynb")
        path.write_text(json.dumps(nb | {"cells": own}), encoding="utf-8")
        said = _ask(_judge(name[:2]), str(path))
    if "refused" in said:
        raise NotJudgedError(said["refused"])
    return said


def _ask(judge: subprocess.Popen[str], path: str) -> dict[str, Any]:
    assert judge.stdin
    assert judge.stdout
    print(path, file=judge.stdin, flush=True)
    line = judge.stdout.readline()
    if not line:
        _judge.cache_clear()
        raise NotJudgedError(f"The judge ended with status {judge.wait()}; it says why above.")
    found: dict[str, Any] = json.loads(line)
    return found


@functools.lru_cache(maxsize=1)  # a judge holds 300 MB
def _judge(number: str) -> subprocess.Popen[str]:
    """The judge of a lesson; it ends when nobody holds the other end of its pipe any more."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "classroom.verdicts", number],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": f"{_TOOLS}:{_TOOLS.parents[1]}"},
        text=True,
    )
