"""Judges an exercise given as data, whatever the answer does.

`data` says what an exercise is, `cases` what a function is tried on, `guard` keeps the notebook as
it was, `functions` and `values` judge, `syntax` reads a function's code, and `verdict` says it.
"""

from __future__ import annotations

from lcutils.checking import functions, values
from lcutils.checking.data import (
    Exercise,
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
)
from lcutils.checking.verdict import Verdict

__all__ = ["judge"]


def judge(exercise: Exercise, answer: object) -> Verdict:
    """The verdict on an answer to an exercise of any kind.

    Args:
        exercise: as a lesson wrote it down.
        answer: whatever the reader gave; None counts as not written yet.
    """
    if isinstance(exercise, FunctionExercise):
        return functions.judge(exercise, answer)
    if isinstance(exercise, NumberExercise):
        return values.judge_number(exercise, answer)
    if isinstance(exercise, ExpressionExercise):
        return values.judge_expression(exercise, answer)
    return values.judge_order(exercise, answer)
