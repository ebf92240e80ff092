"""Judges a function: form and values at several sizes, inputs, gradients, the future."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from typing import Any

import torch

from lcutils import _require
from lcutils.checking import guard, runs, syntax
from lcutils.checking.cases import Case, Trial, argument_names, make_trial
from lcutils.checking.comparing import dtype_name, not_finite, same
from lcutils.checking.data import FunctionExercise
from lcutils.checking.faults import (
    dtype_fault,
    edited_input,
    example,
    form_fault,
    gradient_fault,
    kind_fault,
    leak,
    mistake,
)
from lcutils.checking.guard import Report
from lcutils.checking.runs import Answered, Asked
from lcutils.checking.verdict import Verdict

_DIFFER = "The values differ."


class OurVersion:
    """The workbook's own function, in place of a reader's that is not right yet."""

    being_checked: frozenset[str] = frozenset()  # ids for which none of them answers

    def __init__(self, exercise: FunctionExercise) -> None:
        functools.update_wrapper(self, exercise.reference)
        self._id, self._function = exercise.id, exercise.reference
        self.__name__ = f"our version of {exercise.reference.__name__}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Answer, unless the very exercise is being checked."""
        if self._id in OurVersion.being_checked:
            raise RuntimeError(f"This is {self.__name__}: write one of your own.")
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return self.__name__


def judge(exercise: FunctionExercise, answer: object, seed: int = 0) -> Verdict:
    """The verdict on a reader's function, at inputs drawn from `seed`: a reader has always 0."""

    def tried(asked: Asked) -> Answered:
        before = OurVersion.being_checked
        OurVersion.being_checked = before | {exercise.id}
        try:
            return runs.answered(answer, asked)
        finally:
            OurVersion.being_checked = before

    return _no_function(exercise, answer) or judge_runs(exercise, tried, seed)


def judge_runs(
    exercise: FunctionExercise, tried: Callable[[Asked], Answered], seed: int
) -> Verdict:
    """The verdict on a function that somebody else runs: all is judged by what came of it.

    Args:
        tried: runs the function, in this process or in another one.
        seed: what the inputs are drawn from.
    """
    trial = make_trial(exercise, torch.Generator().manual_seed(seed))
    found = tried(trial.asked)
    trial.take(found)
    verdict = _judged(trial, found.report)
    if verdict.passed:
        verdict = _right(trial, found.code)
    elif verdict.state == "wrong" and not any(map(verdict.reason.endswith, exercise.mistakes)):
        verdict = _with_slip(verdict, _slip(exercise, found.code))
    return verdict.with_(printed=tuple(found.report.printed))


def _no_function(exercise: FunctionExercise, answer: object) -> Verdict | None:
    if answer is None or answer is ...:
        return Verdict("waiting", "Not written yet.")
    if type(answer) is OurVersion:
        return Verdict("ours", "This is our version:", "run your own cell again.")
    if issubclass(type(answer), type) or not callable(answer):
        return _wrong(f"This is {guard.limited(None, answer)[1]}; wanted is a function.")
    return None


def _judged(trial: Trial, report: Report) -> Verdict:
    if report.timed_out:
        doing, line = report.stopped
        return _wrong(f"It was stopped after {guard.SECONDS:g} s{doing}", (line,) if line else ())
    for case in trial.calls:
        if case.raised:
            return _raised(trial.exercise, case)
        if not case.done:  # it replaced something that the check itself is made of
            return _wrong(_said_changes(report))
    with torch.no_grad():
        return _compared(trial, report)


def _compared(trial: Trial, report: Report) -> Verdict:
    exercise, cases = trial.exercise, trial.cases
    form = next(filter(None, map(form_fault, cases)), "")
    wrong = next((case for case in cases if not same(case.first, case.wanted)), None)
    edited = next(filter(None, (edited_input(exercise, case) for case in cases)), "")
    if form or wrong or edited:
        known = mistake(exercise, cases)
        if form or known:
            verdict = _wrong(f"{form} {known}".strip(), example(exercise, cases, form))
            return verdict.with_(is_open=not known and form.startswith("The shape"))
    if edited:
        return _wrong(f"It edits {edited} in place. Whoever called it may still need the old one.")
    if report.changed:
        return _wrong(_said_changes(report))
    if wrong:
        return _values_differ(trial, wrong)
    if any(not same(case.output, case.wanted) for case in cases):
        return _wrong(
            "A result changed when the function was called again. "
            "Each call must return a tensor of its own.",
        )
    for case in cases:
        fault = kind_fault(exercise, case) or dtype_fault(exercise, case)
        if fault:
            return _wrong(fault)
    if trial.gradient and trial.gradient.raised:
        return _raised(exercise, trial.gradient, " when gradients are asked for")
    fault = gradient_fault(exercise, trial.gradient)
    return _wrong(fault) if fault else Verdict("right", "Right.")


def _values_differ(trial: Trial, wrong: Case) -> Verdict:
    """Some values are not those wanted, and no known mistake makes them."""
    assert wrong.first is not None  # else it has a fault of form
    shown = example(trial.exercise, trial.cases)
    odd = not_finite(wrong.first, wrong.wanted)
    if odd:
        return _wrong(f"The values differ: {odd}", shown).with_(is_open=True)
    looks = leak(trial)
    if looks:
        return _wrong(looks, shown)
    if wrong.wanted.is_floating_point() and not wrong.first.is_floating_point():
        name = dtype_name(wrong.first)
        return _wrong(f"The values differ: {name} has whole numbers only.", shown)
    return _wrong(_DIFFER, shown).with_(is_open=True)


def _right(trial: Trial, code: str) -> Verdict:
    exercise = trial.exercise
    verdict = Verdict("right", "Right.", exercise.meaning)
    if exercise.is_loop_free and _read(code, syntax.has_loop):
        reason = f"with a loop; the exercise asks for none. {exercise.meaning}"
        verdict = verdict.with_(headline="Right,", reason=reason.strip())
    for case in trial.cases:
        assert case.first is not None
        got, wanted = dtype_name(case.first), dtype_name(case.wanted)
        if case.kind or got != wanted:
            said = f"It returned {case.kind or f'{got} where ours is {wanted}'}"
            footer = f"{said}: the lesson goes on with our {exercise.reference.__name__}."
            return verdict.with_(footer=footer, is_ours=True)
    return verdict


def _with_slip(verdict: Verdict, sentence: str) -> Verdict:
    if not sentence:
        return verdict
    if verdict.reason.endswith(":"):  # it goes on in the example
        example = (verdict.reason, *verdict.example)
        if verdict.example[0].startswith("NameError"):  # to be mended before anything else
            sentence = f"{verdict.hint} {sentence}"
        return verdict.with_(reason=sentence, example=example, is_open=False, hint="")
    verdict = verdict.with_(is_open=False, hint="")
    return verdict.with_(reason=f"{verdict.reason.removeprefix(_DIFFER)} {sentence}".strip())


def _slip(exercise: FunctionExercise, code: str) -> str:
    """The sentence of the first slip that is found in the reader's code, or nothing."""

    def named(tree: ast.AST) -> str:
        return next((slip.sentence for slip in exercise.slips if slip.found(tree)), "")

    return str(_read(code, named) or "") if exercise.slips else ""


def is_as_given(exercise: FunctionExercise, answer: object) -> bool:
    """Is the reader's code that of the faulty stub? Comments and the docstring do not count."""
    given = syntax.body_of(ast.parse(exercise.given))
    return bool(_read(runs.code_of(answer), lambda tree: syntax.body_of(tree) == given))


def _read(code: str, question: Callable[[ast.AST], object]) -> object:
    """What `question` says to the code of a function; None where its code is not known."""

    def ask() -> object:
        return question(syntax.parsed(code))

    return guard.limited(ask, None)[0] if code else None


def _raised(exercise: FunctionExercise, case: Case, when: str = "") -> Verdict:
    raised = case.raised
    assert raised is not None
    if raised.is_stub:
        return Verdict("waiting", "Not written yet.")
    names = argument_names(exercise)
    if raised.is_call:
        return _wrong(f"It cannot be called with ({', '.join(names)}): {raised.message}.")
    said = f"{raised.name}: {raised.message}" if raised.message else raised.name
    at = f" for {case.sizes}" if case.sizes else ""
    shapes = [f"{n}: {_shape(value)}" for n, value in zip(names, case.inputs, strict=True)]
    lines = (said, *filter(None, [raised.where]), ", ".join(shapes))
    return _wrong(f"It raised this{at}{when}:", lines).with_(hint=raised.hint)


def _shape(value: object) -> str:
    return str(list(value.shape)) if isinstance(value, torch.Tensor) else _require.kind_of(value)


def _said_changes(report: Report) -> str:
    listed = ", ".join(report.changed[:3])
    if listed.endswith("generator"):
        return f"It draws from {listed}, or seeds it. The result must depend on the inputs alone."
    return f"It changes {listed}. A function must leave alone what is outside it."


def _wrong(reason: str, example: tuple[str, ...] = ()) -> Verdict:
    return Verdict("wrong", "Not yet.", reason, example)
