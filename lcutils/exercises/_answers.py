"""`check` and `quiz`: a reader's answer, and what is said to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lcutils import _typed
from lcutils._ledger import Entry, record
from lcutils.checking import judge
from lcutils.checking.data import Exercise, FunctionExercise
from lcutils.checking.functions import OurVersion, is_as_given
from lcutils.checking.values import judge_choice
from lcutils.checking.verdict import Verdict, show
from lcutils.exercises._catalogue import find_exercise, find_question

_AS_GIVEN = "These are the values of the function as it is given. Where does it go wrong?"
_seen_at_work: set[str] = set()  # ids of functions to mend whose fault was shown, not yet named
_refused: dict[str, int] = {}  # id -> how often without a cause; each time the next hint


def check(id: str, answer: object) -> Any:
    """Check a reader's answer to an exercise, and show the verdict.

    Args:
        id: the exercise's, such as `05.additive_scan`.
        answer: a function, a number, an expression, a chain of lines or the letters of an order,
            as the exercise asks; None counts as not written yet. Whatever it is, it cannot harm
            the notebook.

    Returns: for a function the reader's if it is right and returns what ours does, else our
        version, so that the lesson goes on; for other kinds None.
    Raises: ValueError or TypeError for an id that is no exercise.
    """
    exercise = find_exercise(id)
    verdict = judge(exercise, answer, _typed.source_of(id))
    is_first_look = _is_as_given(exercise, answer, verdict) and id not in _seen_at_work
    if is_first_look:
        _seen_at_work.add(id)
        verdict = verdict.with_(reason=_AS_GIVEN)
    if verdict.is_open and not verdict.hint:
        count = _refused.get(id, 0)
        _refused[id] = count + 1
        verdict = verdict.with_(hint=exercise.hints[min(count, len(exercise.hints) - 1)])
    if not isinstance(exercise, FunctionExercise):
        show(verdict.entry("checked", id))
        return None
    if not verdict.passed:
        name = exercise.reference.__name__
        verdict = verdict.with_(footer=f"Until then the lesson goes on with our {name}.")
    entry = verdict.entry("checked", id)
    show(replace(entry, state="waiting") if is_first_look else entry)  # nothing is written yet
    return answer if verdict.passed and not verdict.is_ours else OurVersion(exercise)


def _is_as_given(exercise: Exercise, answer: object, verdict: Verdict) -> bool:
    """Does a function to mend stand there as it was given, and do what it was given to do?"""
    if not (isinstance(exercise, FunctionExercise) and exercise.given):
        return False
    # a fault that changes the shape has a sentence on that before its own
    named = verdict.reason.endswith(next(iter(exercise.mistakes)))
    return named and is_as_given(exercise, answer)


def quiz(id: str, *, answer: object) -> Entry:
    """Reply to the choice that a reader takes; the page shows the question and its choices.

    Args:
        id: the question's, such as `05.exit_sum`.
        answer: a letter; None is no answer yet.

    Returns: an entry that shows itself, the last value of its cell.
    Raises: ValueError or TypeError for an id that is no question.
    """
    verdict = judge_choice(find_question(id), answer, _typed.source_of(id))
    return record(verdict.entry("answered", id))
