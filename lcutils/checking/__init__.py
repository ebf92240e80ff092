"""Judges an exercise given as data, whatever the answer does.

`data` says what an exercise is, `cases` what a function is tried on, `guard` keeps the notebook as
it was, `readings` and `algebra` read other answers, `functions` and `values` judge, and `verdict`
says it.
"""

from __future__ import annotations

from lcutils._typed import Unreadable
from lcutils.checking import functions, values
from lcutils.checking.data import (
    Exercise,
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
)
from lcutils.checking.verdict import Verdict

__all__ = ["judge"]


def judge(exercise: Exercise, answer: object, typed: str = "") -> Verdict:
    """The verdict on an answer to an exercise of any kind.

    Args:
        exercise: as a lesson wrote it down.
        answer: whatever the reader gave; None counts as not written yet.
        typed: the text of the answer, where it is known; it can say more than the value.
    """
    if isinstance(exercise, FunctionExercise):
        if type(answer) is Unreadable:
            reason = values.not_run(answer, "wanted is a function.")
            return Verdict("wrong", "Not yet.", reason)
        return functions.judge(exercise, answer)
    if isinstance(exercise, NumberExercise):
        return values.judge_number(exercise, answer, typed)
    if isinstance(exercise, ExpressionExercise):
        return values.judge_expression(exercise, answer, typed)
    return values.judge_order(exercise, answer, typed)
