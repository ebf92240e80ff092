"""Judges one hand-in: a row for each exercise, question and prediction of its lesson."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classroom.graft import Notebook, Piece, Plan, plan
from classroom.judge import Run, run
from editions import ROOT
from lcutils.checking.data import Exercise, FunctionExercise, Prediction, Question
from lcutils.checking.verdict import Verdict
from lcutils.exercises import catalogue

SECONDS = 300.0  # for one hand-in, whatever it does
_APART_SECONDS = 90.0
_MAX_BYTES = 20_000_000
_GIVEN_UP = "Its cell was given up: {}."


@dataclass(frozen=True)
class Lesson:
    """A lesson as it was handed out."""

    name: str  # 05_memory
    notebook: Notebook

    @property
    def version(self) -> str:
        """The hash of its text."""
        return str(self.notebook["metadata"]["workbook"]["lesson"])

    @property
    def exercises(self) -> dict[str, str]:
        """Id -> its cell, in the lesson's order."""
        cells = (cell["id"] for cell in self.notebook["cells"])
        ids = {cell.replace("-", ".", 1): cell for cell in cells}
        return {id: cell for id, cell in ids.items() if id in catalogue()}


@dataclass(frozen=True)
class Row:
    """What became of one exercise.

    Args:
        kind: exercise, question or prediction.
        state: right; known (a mistake with a sentence of its own), wrong, raised, stopped,
            undecided; ours (it is our version, or uses that of another exercise); unchecked,
            open (as it was given, or not written), deleted; predicted, skipped.
        sentence: what the verdict says; of a prediction, what was said.
        example: the verdict's lines with got and wanted: they group what has no sentence.
    """

    id: str
    kind: str
    state: str
    sentence: str
    example: tuple[str, ...] = ()


@dataclass
class HandIn:
    """One file: its rows, none if it could not be used, and what else is to be known of it."""

    file: str
    student: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    workers: int = 0


def load_lesson(number: str, notebooks: Path = ROOT / "notebooks") -> Lesson:
    """The lesson of this number, such as "05". Raises: ValueError if there is none."""
    found = sorted(notebooks.glob(f"{number}_*.ipynb"))
    if not re.fullmatch("[0-9]{2}", number) or not found:
        known = ", ".join(path.name[:2] for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb")))
        raise ValueError(f"There is no lesson {number!r}; there are {known}.")
    return Lesson(found[0].stem, json.loads(found[0].read_text(encoding="utf-8")))


def judge_hand_in(
    path: Path,
    lesson: Lesson,
    without: Collection[str] = (),
    telling: Callable[[str], object] = str,
) -> HandIn:
    """All of one hand-in.

    Args:
        without: ids of cells that are not run: judging what they said was stopped.
        telling: is called with the id of each cell that begins.
    Raises: JudgeError if no worker starts.
    """
    began = time.monotonic()
    made = HandIn(path.name, _student(path, lesson))
    try:
        grafted = plan(lesson.notebook, _read(path))
    except (OSError, ValueError, RecursionError) as error:
        made.notes.append(f"It cannot be used: {_said(error)}.")
        return made
    if grafted.version != lesson.version:
        made.notes.append("It was made from another version of the lesson.")
    judged = _Judged(lesson, grafted, dict.fromkeys(without, "judging it took too long"), telling)
    found = judged.all(began + SECONDS)
    made.rows = [_row(id, cell, grafted, found, judged.stopped) for id, cell in judged.asked]
    made.notes += judged.notes
    made.workers, made.seconds = judged.workers, time.monotonic() - began
    return made


def _student(path: Path, lesson: Lesson) -> str:
    return re.sub(rf"[\s_-]*{lesson.name}$", "", path.stem) or path.stem


def _read(path: Path) -> Notebook:
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"it has more than {_MAX_BYTES:,} bytes")
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
        stopped: dict[str, str],
        telling: Callable[[str], object],
    ) -> None:
        self.asked = list(lesson.exercises.items())
        self._without = stopped
        self.stopped, self.notes, self.workers = dict(stopped), list[str](), 0
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
        return run(pieces, end, self._telling)

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


def _row(id: str, cell: str, grafted: Plan, found: Run, stopped: dict[str, str]) -> Row:
    entry, verdict = catalogue()[id], found.verdicts.get(id)
    kind = "prediction" if isinstance(entry, Prediction) else "exercise"
    kind = "question" if isinstance(entry, Question) else kind
    if verdict is None or verdict.state == "waiting":
        return Row(id, kind, *_unjudged(cell, verdict, grafted, found, stopped))
    if verdict.state in ("predicted", "skipped"):
        return Row(id, kind, verdict.state, verdict.headline)
    said = f"{verdict.headline} {verdict.reason}".strip()
    if verdict.passed:
        leans = [x for x in sorted(found.leans.get(id, ())) if not _is_right(found, x)]
        if leans:
            said = f"The values are right, but it calls our version of {', '.join(leans)}."
        return Row(id, kind, "ours" if leans else "right", said)
    return Row(id, kind, _state(entry, verdict), verdict.reason or said, verdict.example)


def _is_right(found: Run, id: str) -> bool:
    return id in found.verdicts and found.verdicts[id].passed


def _unjudged(
    cell: str, verdict: Verdict | None, grafted: Plan, found: Run, stopped: dict[str, str]
) -> tuple[str, str]:
    if cell in stopped:
        return "stopped", _GIVEN_UP.format(stopped[cell])
    if cell in found.problems:
        name, message, line = found.problems[cell]
        if name == "Stopped":
            return "stopped", "Its cell ran for too long."
        said = f"{name}: {message}".removesuffix(": ")
        return "raised", f"{said} (line {line})" if line else said
    if cell in grafted.missing:
        return "deleted", "Its cell is not in the hand-in."
    if verdict is None:
        return "unchecked", "It was not handed to its check."
    return "open", verdict.headline


def _state(entry: object, verdict: Verdict) -> str:
    if verdict.state != "wrong":
        return verdict.state
    if isinstance(entry, FunctionExercise):
        for begins, state in (("It was stopped after", "stopped"), ("It raised this", "raised")):
            if verdict.reason.startswith(begins):
                return state
    return "known" if isinstance(entry, Exercise) and _known(entry, verdict) else "wrong"


def _known(exercise: Exercise, verdict: Verdict) -> str:
    """The sentence of the known mistake that a verdict names, or none."""
    sentences: list[Any] = [*getattr(exercise, "mistakes", ())]
    sentences += [x.sentence for x in (*getattr(exercise, "slips", ()), *_rules(exercise))]
    return next((x for x in sentences if verdict.reason.endswith(x)), "")


def _rules(exercise: Exercise) -> tuple[Any, ...]:
    return getattr(exercise, "rules", ())
