"""Judges an exercise given as data, whatever the answer does.

`data` says what an exercise is. `guard` and `settings` keep the notebook as it was, `errors` says
what went wrong in it. `functions` judges a function: `cases` is what it is tried on and what is
wanted there, `runs` runs it and knows no more than the inputs, `comparing` holds what came out
against ours, `faults` says where they differ, `syntax` reads its code. `derivations` judges a
chain of lines, which `parts` takes apart, `typeset` spells and `chains` reads, and `turns` knows
the wrong turns; `values` judges all else, as `readings` and `algebra` read it; `verdict` is what
a reader sees.
"""

from __future__ import annotations

from lcutils._typed import Unreadable
from lcutils.checking import derivations, functions, values
from lcutils.checking.data import (
    DerivationExercise,
    Exercise,
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
)
from lcutils.checking.settings import known_settings
from lcutils.checking.verdict import Verdict

__all__ = ["judge"]


def judge(exercise: Exercise, answer: object, typed: str = "") -> Verdict:
    """The verdict on an answer to an exercise of any kind.

    Args:
        exercise: as a lesson wrote it down.
        answer: whatever the reader gave; None counts as not written yet.
        typed: the text of the answer, where it is known; it can say more than the value.
    """
    if isinstance(exercise, FunctionExercise) and type(answer) is Unreadable:
        reason = values.not_run(answer, "wanted is a function.")
        return Verdict("wrong", "Not yet.", reason)
    with known_settings():
        if isinstance(exercise, FunctionExercise):
            return functions.judge(exercise, answer)
        if isinstance(exercise, NumberExercise):
            return values.judge_number(exercise, answer, typed)
        if isinstance(exercise, ExpressionExercise):
            return values.judge_expression(exercise, answer, typed)
        if isinstance(exercise, DerivationExercise):
            return derivations.judge_derivation(exercise, answer, typed)
        return values.judge_order(exercise, answer, typed)
