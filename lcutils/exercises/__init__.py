"""Exercises, predictions and questions: what a reader writes, and what it is told."""

from __future__ import annotations

import difflib
import functools
import pkgutil
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from lcutils import _require
from lcutils._ledger import Entry, record, require_id
from lcutils.exercises import _values
from lcutils.exercises._cases import numbers
from lcutils.exercises._data import (
    Exercise,
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    Question,
)
from lcutils.exercises._functions import OurVersion, judge
from lcutils.exercises._verdict import Verdict, show, show_value

__all__ = ["check", "predict", "quiz", "reveal"]

_PREDICT_FIRST = 'Predict first (or answer="skip").'
_MAX_PREDICTION = 300
_AS_GIVEN = "This is what the function as it is given makes of it. Where does it go wrong?"
_seen_at_work: set[str] = set()  # ids of functions to mend whose fault was shown, not yet named
_refused: dict[str, int] = {}  # id -> how often without a cause; each time the next hint
_predictions: dict[str, str] = {}  # id -> what was predicted in this process


def check(id: str, answer: object) -> Any:
    """Check a reader's answer to an exercise, and show the verdict.

    Args:
        id: the exercise's, such as `05.additive_scan`.
        answer: a function, a number, an expression or the letters of an order, as the exercise
            asks; None counts as not written yet. Whatever it is, it cannot harm the notebook.

    Returns: for a function the reader's if it is right, else our version, so that the lesson
        goes on; for other kinds None.
    Raises: ValueError or TypeError for an id that is no exercise.
    """
    exercise = _exercise(id)
    verdict = _judged(exercise, answer)
    if _is_as_given(exercise, verdict) and id not in _seen_at_work:
        _seen_at_work.add(id)
        verdict = verdict.with_(reason=_AS_GIVEN)
    if verdict.is_open:
        count = _refused.get(id, 0)
        _refused[id] = count + 1
        verdict = verdict.with_(hint=exercise.hints[min(count, len(exercise.hints) - 1)])
    if not isinstance(exercise, FunctionExercise):
        show(verdict.entry("checked", id))
        return None
    if not verdict.passed:
        name = exercise.reference.__name__
        verdict = verdict.with_(footer=f"Until then the lesson goes on with our {name}.")
    show(verdict.entry("checked", id))
    return answer if verdict.passed else OurVersion(exercise)


def _judged(exercise: Exercise, answer: object) -> Verdict:
    if isinstance(exercise, FunctionExercise):
        return judge(exercise, answer)
    if isinstance(exercise, NumberExercise):
        return _values.judge_number(exercise, answer)
    if isinstance(exercise, ExpressionExercise):
        return _values.judge_expression(exercise, answer)
    return _values.judge_order(exercise, answer)


def _is_as_given(exercise: Exercise, verdict: Verdict) -> bool:
    if not (isinstance(exercise, FunctionExercise) and exercise.is_to_mend):
        return False
    return verdict.reason == next(iter(exercise.mistakes))


def quiz(id: str, *, answer: object) -> Entry:
    """Ask a question with lettered choices, and reply to the one taken.

    Args:
        id: the question's, such as `05.exit_sum`.
        answer: a letter; None shows the question alone.

    Returns: an entry that shows itself, the last value of its cell.
    Raises: ValueError or TypeError for an id that is no question.
    """
    verdict = _values.judge_choice(_question(id), answer)
    return record(verdict.entry("answered", id))


def predict(id: str, question: str, *, answer: object) -> Entry:
    """Keep what a reader expects, before the result is shown.

    Args:
        id: names what is predicted, such as `05.recall`.
        question: one sentence.
        answer: words, a number, or a list of them; None is no prediction yet, and "skip" is
            for those who do not want to guess.

    Returns: an entry that shows itself, the last value of its cell.
    Raises: ValueError or TypeError naming the argument.
    """
    require_id(id)
    _require.text("question", question)
    said = _prediction(answer)
    if said is None:
        _predictions.pop(id, None)
        verdict = Verdict("waiting", _PREDICT_FIRST, above=(question,))
        return record(verdict.entry("predicted", id))
    _predictions[id] = said
    entry = Verdict("ours", _recalled(said), above=(question,)).entry("predicted", id)
    return record(replace(entry, passed=True))


def _prediction(answer: object) -> str | None:
    hint = 'Type words, a number, or a list of them; "skip" will do.'
    if answer is None or answer == "":
        return None
    if isinstance(answer, str):
        return _require.text("answer", answer, hint)[:_MAX_PREDICTION]
    if isinstance(answer, int | float):
        return numbers(answer)
    if isinstance(answer, list | tuple) and all(isinstance(v, str | int | float) for v in answer):
        said = ", ".join(v if isinstance(v, str) else numbers(v) for v in answer)
        return said[:_MAX_PREDICTION]
    _require.refuse("answer", "a prediction", _require.kind_of(answer), hint, TypeError)


def _recalled(prediction: str) -> str:
    is_skipped = prediction.strip().lower() == "skip"
    return "Prediction skipped." if is_skipped else f"You predicted: {prediction}"


@dataclass(frozen=True)
class Revealed:
    """Results that show themselves if a prediction was made, and otherwise ask for one."""

    id: str
    things: tuple[Any, ...]

    def __repr__(self) -> str:
        if self.id not in _predictions:
            return _PREDICT_FIRST
        return "\n".join([_recalled(_predictions[self.id]), *map(_said, self.things)])

    def _ipython_display_(self) -> None:
        if self.id not in _predictions:
            show_value(Verdict("waiting", _PREDICT_FIRST).entry("predicted", self.id))
            return
        recalled = _recalled(_predictions[self.id])
        show_value(Verdict("ours", recalled).entry("predicted", self.id))
        for thing in self.things:
            shown = isinstance(thing, str | int | float)
            show_value(_Words(_said(thing)) if shown else thing)


@dataclass(frozen=True)
class _Words:
    words: str

    def __repr__(self) -> str:
        return self.words


def _said(thing: object) -> str:
    if isinstance(thing, str):
        return thing
    return numbers(thing) if isinstance(thing, int | float) else repr(thing)


def reveal(id: str, *things: object) -> Revealed:
    """Show results, but only to who has made a prediction; `answer="skip"` counts as one.

    Args:
        id: the prediction's.
        things: words, numbers, entries, figures: whatever shows itself.

    Returns: an object that shows itself, the last value of its cell.
    Raises: ValueError or TypeError for something that is no id, or if there is nothing to show.
    """
    require_id(id)
    if not things:
        _require.refuse("things", "at least one result to show", "none")
    return Revealed(id, things)


@functools.cache
def catalogue() -> dict[str, Exercise | Question]:
    """Every exercise and question of every lesson, by id."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("lesson"))
    lessons = [import_module(f"{__name__}.{name}") for name in names]
    return {entry.id: entry for m in lessons for entry in m.ENTRIES}


def _exercise(id: object) -> Exercise:
    found = _find(id, "an exercise")
    if isinstance(found, Question):
        _require.refuse("id", "an exercise", repr(id), "It is a question: use lc.quiz.")
    return found


def _question(id: object) -> Question:
    found = _find(id, "a question")
    if not isinstance(found, Question):
        _require.refuse("id", "a question", repr(id), "It is an exercise: use lc.check.")
    return found


def _find(id: object, what: str) -> Exercise | Question:
    name, known = require_id(id), catalogue()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3) or sorted(known)[:3]
        _require.refuse("id", f"the id of {what}", repr(name), f"Near to it: {', '.join(near)}.")
    return known[name]
