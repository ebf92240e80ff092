"""Judges one hand-in: a row for each exercise, question and prediction of its lesson."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from classroom.graft import Notebook, Piece, Plan, plan
from classroom.judge import Run, run
from classroom.rows import Row, row_of
from classroom.workers import Workers
from editions import ROOT
from lcutils.exercises import catalogue

SECONDS = 300.0  # for one hand-in, whatever it does
_APART_SECONDS = 90.0
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Lesson:
    """A lesson as it was handed out.

    Args:
        name: such as 05_memory.
        solved: the hash of its solution edition.
    """

    name: str
    notebook: Notebook
    solved: str = ""

    @property
    def version(self) -> str:
        """The hash of its text."""
        return _version(self.notebook)

    @property
    def core(self) -> set[str]:
        """The ids of what stands before "If you have more time"."""
        cells = [cell["id"] for cell in self.notebook["cells"]]
        end = cells.index("more-time") if "more-time" in cells else len(cells)
        return {id for id, cell in self.exercises.items() if cells.index(cell) < end}

    @property
    def exercises(self) -> dict[str, str]:
        """Id -> its cell, in the lesson's order."""
        cells = (cell["id"] for cell in self.notebook["cells"])
        ids = {cell.replace("-", ".", 1): cell for cell in cells}
        return {id: cell for id, cell in ids.items() if id in catalogue()}


@dataclass
class HandIn:
    """One file: its rows, none if it could not be used, and what else is to be known of it.

    Args:
        id: the number by which a learning platform knows the student, if the file's name has it.
        is_solved: whether it was made from the solutions.
    """

    file: str
    student: str
    id: str = ""
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    workers: int = 0
    is_solved: bool = False


def load_lesson(number: str, notebooks: Path = ROOT / "notebooks") -> Lesson:
    """The lesson of this number, such as "05". Raises: ValueError if there is none."""
    found = sorted(notebooks.glob(f"{number}_*.ipynb"))
    if not re.fullmatch("[0-9]{2}", number) or not found:
        known = ", ".join(path.name[:2] for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb")))
        raise ValueError(f"There is no lesson {number!r}; there are {known}.")
    given, solved = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in (found[0], notebooks / "solutions" / found[0].name)
    )
    return Lesson(found[0].stem, given, _version(solved))


def _version(notebook: Notebook) -> str:
    return str(notebook["metadata"]["workbook"]["lesson"])


def judge_hand_in(
    path: Path,
    lesson: Lesson,
    workers: Workers,
    without: Collection[str] = (),
    telling: Callable[[str], object] = str,
) -> HandIn:
    """All of one hand-in.

    Args:
        workers: that run it.
        without: ids of cells that are not run: judging what they said was stopped.
        telling: is called with the id of each cell that begins.
    Raises: JudgeError if no worker starts.
    """
    began = time.monotonic()
    made = HandIn(path.name, path.stem)
    try:
        grafted = plan(lesson.notebook, _read(path))
    except (OSError, ValueError, RecursionError) as error:
        made.notes.append(f"It cannot be used: {_said(error)}.")
        return made
    if grafted.version == lesson.solved:
        made.is_solved = True
        made.notes.append("It was made from the solutions, and is not counted.")
    elif grafted.version != lesson.version:
        made.notes.append("It was made from another version of the lesson.")
    stopped = dict.fromkeys(without, "judging it took too long")
    judged = _Judged(lesson, grafted, workers, stopped, telling)
    found = judged.all(began + SECONDS)
    made.rows = [row_of(id, cell, grafted, found, judged.stopped) for id, cell in judged.asked]
    made.notes += judged.notes
    if passed := [row.id for row in made.rows if row.state == "unchecked"]:
        made.notes.append(f"Written, and not handed to the check: {', '.join(passed)}.")
    made.workers, made.seconds = judged.workers, time.monotonic() - began
    return made


def _read(path: Path) -> Notebook:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
    found: Notebook = json.loads(path.read_bytes())
    return found


def _said(error: Exception) -> str:
    is_ours = type(error) is ValueError
    return str(error) if is_ours else f"it is no notebook ({type(error).__name__})"


class _Judged:
    """The runs of one hand-in: one, or more where a cell breaks its worker."""

    def __init__(
        self,
        lesson: Lesson,
        grafted: Plan,
        workers: Workers,
        stopped: dict[str, str],
        telling: Callable[[str], object],
    ) -> None:
        self.asked = list(lesson.exercises.items())
        self._without = stopped
        self.stopped, self.notes, self.workers = dict(stopped), list[str](), 0
        self._workers = workers
        self._plan, self._telling = grafted, telling
        self._ours = {
            name for piece in grafted.pieces if piece.of == "lesson" for name in piece.names[0]
        }

    def all(self, end: float) -> Run:
        """Everything; what breaks a worker is left out, and then the exercises run apart."""
        for _ in range(2):
            found = self._run(self._plan.needed(without=self.stopped), end)
            if not found.broken:
                break
            self.stopped[found.at] = found.broken
        else:
            self.notes.append("More than one cell broke its worker: the exercises ran apart.")
            self.stopped = dict(self._without)  # which cell broke the others is not known
            found = Run()
        if not found.broken and self._lacks_a_name(found):
            whole = self._run(self._plan.whole(without=self.stopped), end)
            found = found if whole.broken else whole
        known = {*self.stopped, *found.problems}
        left = [x for x in self.asked if x[0] not in found.verdicts and x[1] not in known]
        if left:
            self._apart(left, found, end)
        return found

    def _run(self, pieces: list[Piece], end: float) -> Run:
        self.workers += 1
        return run(self._workers, pieces, end, self._telling)

    def _lacks_a_name(self, found: Run) -> bool:
        """Did a cell miss a name that the lesson sets, in a way which its text does not tell?"""
        missed = (
            re.search(r"name '(\w+)'", message)
            for kind, message, _ in found.problems.values()
            if kind == "NameError"
        )
        return any(name and name[1] in self._ours for name in missed)

    def _apart(self, asked: list[tuple[str, str]], found: Run, end: float) -> None:
        """Run these exercises without the others; where that tells not all, each half.

        What one cell does to its worker then reaches no other that does not need it.
        """
        now, cells = time.monotonic(), [cell for _, cell in asked]
        if now >= end:
            self.stopped |= dict.fromkeys(cells, "the time for this hand-in was up")
            return
        pieces = self._plan.needed(only=cells, without=self._without)
        apart = self._run(pieces, min(end, now + _APART_SECONDS))
        is_known = all(id in apart.verdicts or cell in apart.problems for id, cell in asked)
        if len(asked) > 1 and (apart.broken or not is_known):
            middle = len(asked) // 2
            self._apart(asked[:middle], found, end)
            self._apart(asked[middle:], found, end)
            return
        if apart.broken:
            self.stopped[cells[0]] = apart.broken
        for id, cell in asked:
            found.leans[id] = apart.leans.get(id, set())
            if id in apart.verdicts:
                found.verdicts[id] = apart.verdicts[id]
            if cell in apart.problems:
                found.problems[cell] = apart.problems[cell]
