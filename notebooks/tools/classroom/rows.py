"""What became of one exercise of a hand-in: a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from classroom.graft import Plan
from classroom.judge import Run
from lcutils.checking.data import Exercise, FunctionExercise, Prediction, Question
from lcutils.checking.verdict import Verdict
from lcutils.exercises import catalogue

_MAX_ANSWER = 4_000  # signs of an answer that is kept
_PLACE = re.compile(r" \(<[^>]*>, line \d+\)$")  # of a syntax error, in no file that anybody knows
_GIVEN_UP = "Its cell was given up: {}."


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
        is_given: whether its cell is as it was handed out.
        answer: what stands in its cell, if it was written.
    """

    id: str
    kind: str
    state: str
    sentence: str
    example: tuple[str, ...] = ()
    is_given: bool = False
    answer: str = ""


def row_of(id: str, cell: str, grafted: Plan, found: Run, stopped: dict[str, str]) -> Row:
    """The row of the exercise `id`, whose cell is `cell`."""
    row = _judged_row(id, cell, grafted, found, stopped)
    piece = next(x for x in grafted.pieces if x.id == cell and x.of == "exercise")
    if cell in grafted.missing:
        return row
    if piece.is_given:
        return replace(row, is_given=True)
    return replace(row, answer=piece.source[:_MAX_ANSWER])


def _judged_row(id: str, cell: str, grafted: Plan, found: Run, stopped: dict[str, str]) -> Row:
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
        said = f"{name}: {_PLACE.sub('', message)}".removesuffix(": ")
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
