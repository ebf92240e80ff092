"""Judges a function: form and values at several sizes, inputs, gradients, the future."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lcutils.checking import guard, syntax
from lcutils.checking.cases import (
    Case,
    argument_names,
    copies,
    future_case,
    gradient_case,
    is_close,
    is_float_tensor,
    make_cases,
    numbers,
    run,
    run_backward,
    same,
)
from lcutils.checking.data import FunctionExercise
from lcutils.checking.guard import Paper, Raised, Report
from lcutils.checking.verdict import Verdict

_MAX_NUMBERS = 24  # in an example
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


@dataclass(frozen=True)
class Trial:
    """What a reader's function is tried on, and what came of it.

    Args:
        cases: the inputs whose outputs are compared with ours.
        future: one of them with other later steps, where the exercise is causal.
        gradient: one of them through which gradients are sent, where they must flow.
    """

    exercise: FunctionExercise
    cases: list[Case]
    future: Case | None
    gradient: Case | None

    @property
    def calls(self) -> list[Case]:
        """All inputs that the function is called with, in order."""
        return self.cases if self.future is None else [*self.cases, self.future]


def judge(exercise: FunctionExercise, answer: object, seed: int = 0) -> Verdict:
    """The verdict on a reader's function, at inputs drawn from `seed`: a reader has always 0."""
    early = _no_function(exercise, answer)
    if early:
        return early
    loaded = len(sys.modules)
    trial, report = _tried(exercise, answer, seed)
    if report.changed and len(sys.modules) > loaded:
        # A library that loads more of itself sets itself up, once: torch.func.grad does.
        trial, report = _tried(exercise, answer, seed)
    verdict = _with_slip(exercise, answer, _judged(trial, report))
    return verdict.with_(printed=tuple(report.printed))


def _tried(exercise: FunctionExercise, answer: Any, seed: int) -> tuple[Trial, Report]:
    rng = torch.Generator().manual_seed(seed)
    cases = list(make_cases(exercise, rng))
    future = future_case(exercise, cases[-2], rng)
    trial = Trial(exercise, cases, future, gradient_case(exercise, cases[-2], rng))

    def work(paper: Paper) -> None:
        for case in trial.calls:
            run(answer, case)
            paper.close()  # what the small example prints is enough
            if case.raised:
                return
        if trial.gradient and all(case.output is not None for case in cases):
            run_backward(answer, trial.gradient)

    before = OurVersion.being_checked
    OurVersion.being_checked = before | {exercise.id}
    try:
        report = guard.guarded(work)
    finally:
        OurVersion.being_checked = before
    return trial, report


def _with_slip(exercise: FunctionExercise, answer: object, verdict: Verdict) -> Verdict:
    """The verdict, with the sentence of the first slip in the code where no mistake is named."""
    if verdict.state != "wrong" or any(map(verdict.reason.endswith, exercise.mistakes)):
        return verdict
    sentence = _slip(exercise, answer)
    if not sentence:
        return verdict
    verdict = verdict.with_(is_open=False, hint="")
    if verdict.reason.endswith(":"):  # it goes on in the example
        return verdict.with_(reason=sentence, example=(verdict.reason, *verdict.example))
    return verdict.with_(reason=f"{verdict.reason.removeprefix(_DIFFER)} {sentence}".strip())


def _slip(exercise: FunctionExercise, answer: Any) -> str:
    """The sentence of the first slip that is found in the reader's code, or nothing."""
    if not exercise.slips:
        return ""

    def found() -> str:
        tree = syntax.tree_of(answer)
        if tree is None:
            return ""
        return next((slip.sentence for slip in exercise.slips if slip.found(tree)), "")

    return guard.limited(found, answer)[0] or ""  # no source, or one that cannot be read


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
        return _wrong(
            f"It was stopped after {guard.SECONDS:g} s. Is there a loop that never ends?",
        )
    for case in trial.calls:
        if case.raised:
            return _raised(trial.exercise, case.raised, case.sizes)
        if not case.done:  # it replaced something that the check itself is made of
            return _wrong(_said_changes(report))
    with torch.no_grad():
        return _compared(trial, report)


def _compared(trial: Trial, report: Report) -> Verdict:
    exercise, cases = trial.exercise, trial.cases
    form = next(filter(None, map(_form_fault, cases)), "")
    edited = next(filter(None, (_edited(exercise, case) for case in cases)), "")
    is_right = not form and all(same(case.first, case.wanted) for case in cases)
    if not is_right or edited:
        mistake = _mistake(exercise, cases)
        if form or mistake:
            verdict = _wrong(f"{form} {mistake}".strip(), _example(exercise, cases, form))
            return verdict.with_(is_open=not mistake and form.startswith("The shape"))
    if edited:
        return _wrong(f"It edits {edited} in place. Whoever called it may still need the old one.")
    if report.changed:
        return _wrong(_said_changes(report))
    leak = _leak(trial)
    if leak:
        return _wrong(leak, _example(exercise, cases))
    if not is_right:
        return _wrong(_DIFFER, _example(exercise, cases)).with_(is_open=True)
    if any(not same(case.output, case.wanted) for case in cases):
        return _wrong(
            "A result changed when the function was called again. "
            "Each call must return a tensor of its own.",
        )
    return _gradient_fault(exercise, trial.gradient) or Verdict("right", "Right.")


def _form_fault(case: Case) -> str:
    """What is wrong with the kind, shape or dtype of the output, or nothing."""
    sizes = f" for {case.sizes}" if case.sizes else ""
    wanted = list(case.wanted.shape)
    if case.output is None:
        return f"It returned {case.kind}; wanted is a tensor of shape {wanted}{sizes}."
    if list(case.output.shape) != wanted:
        shape = list(case.output.shape)
        is_turned = sorted(shape) == sorted(wanted)
        hint = " The axes stand in another order: is there a wrong dim, or a transpose too many?"
        return f"The shape is {shape}; wanted is {wanted}{sizes}.{hint if is_turned else ''}"
    if case.output.dtype != case.wanted.dtype:
        got, want = (str(t.dtype).removeprefix("torch.") for t in (case.output, case.wanted))
        hint = "Give new tensors the dtype of the inputs."
        return f"The result is {got}; with these inputs {want} is wanted. {hint}"
    if case.asks_gradient:
        return (
            "The result asks for gradients, though no input does: "
            "there is a requires_grad_() or a parameter in it."
        )
    return ""


def _mistake(exercise: FunctionExercise, cases: list[Case]) -> str:
    """The sentence of the known mistake that gives the reader's outputs in every case."""
    for sentence, wrong in exercise.mistakes.items():
        if all(_makes(wrong, case) for case in cases):
            return sentence
    return ""


def _makes(wrong: Callable[..., Tensor], case: Case) -> bool:
    inputs = copies(case.inputs)
    output = wrong(*inputs)
    return same(case.first, output) and all(map(same, case.given, inputs))


def _edited(exercise: FunctionExercise, case: Case) -> str:
    """The name of an input that is not as it was, or nothing."""
    for name, given, before in zip(argument_names(exercise), case.given, case.inputs, strict=True):
        if not same(given, before):
            return name
        if is_float_tensor(given) and given.requires_grad:
            return f"{name} (it asks for gradients now)"
    return ""


def _leak(trial: Trial) -> str:
    base, future, causal = trial.cases[-2], trial.future, trial.exercise.causal
    if future is None or base.first is None or future.first is None:
        return ""
    if base.first.shape != future.first.shape:
        return ""
    half = base.first.shape[1] // 2
    for step in range(half):
        if not same(base.first[:, step], future.first[:, step]):
            return (
                f"The result at step {step + 1} changes when {causal} changes at later "
                "steps: it looks into the future."
            )
    return ""


def _gradient_fault(exercise: FunctionExercise, case: Case | None) -> Verdict | None:
    if case is None:
        return None
    if case.raised:
        return _raised(exercise, case.raised, case.sizes, " when gradients are asked for")
    more = exercise.gradient_hint and f" {exercise.gradient_hint}"
    ours = Case(case.inputs, case.wanted)
    run_backward(exercise.reference, ours)
    pairs = zip(argument_names(exercise), case.inputs, strict=True)
    names = [name for name, value in pairs if is_float_tensor(value)]
    for name, got, want in zip(names, case.gradients, ours.gradients, strict=True):
        if got is None and want is not None:
            return _wrong(
                f"The values are right, but no gradient flows back to {name}. Compute with torch "
                f"alone, without .detach(), .data, .item() or .numpy().{more}",
            )
        if not same(got, want):
            fault = "is NaN" if got is not None and bool(got.isnan().any()) else "is not"
            return _wrong(
                f"The values are right, but the gradient that reaches {name} {fault}.{more}"
            )
    return None


def _raised(exercise: FunctionExercise, raised: Raised, sizes: str, when: str = "") -> Verdict:
    if raised.is_stub:
        return Verdict("waiting", "Not written yet.")
    if raised.is_call:
        arguments = ", ".join(argument_names(exercise))
        return _wrong(f"It cannot be called with ({arguments}): {raised.message}.")
    said = f"{raised.name}: {raised.message}" if raised.message else raised.name
    at = f" for {sizes}" if sizes else ""
    lines = (said, *filter(None, [raised.where]))
    return _wrong(f"It raised this{at}{when}:", lines).with_(is_open=True)


def _said_changes(report: Report) -> str:
    listed = ", ".join(report.changed[:3])
    if listed.endswith("generator"):
        return f"It draws from {listed}, or seeds it. The result must depend on the inputs alone."
    return f"It changes {listed}. A function must leave alone what is outside it."


def _wrong(reason: str, example: tuple[str, ...] = ()) -> Verdict:
    return Verdict("wrong", "Not yet.", reason, example)


def _example(exercise: FunctionExercise, cases: list[Case], form: str = "") -> tuple[str, ...]:
    """The worked example with got and wanted; or, if it is right, where the first case is not."""
    worked = cases[0]
    if worked.first is None or worked.first.numel() > _MAX_NUMBERS:
        return ()
    if form and not _form_fault(worked):
        return ()
    if form or not same(worked.first, worked.wanted):
        rows = dict(zip(argument_names(exercise), worked.inputs, strict=True))
        rows |= {"got": worked.first, "wanted": worked.wanted}
        width = max(map(len, rows))
        return tuple(f"{name:<{width}} = {numbers(value)}" for name, value in rows.items())
    wrong = next((c for c in cases if not same(c.first, c.wanted)), None)
    if wrong is None or wrong.first is None:
        return ()
    place = ~is_close(wrong.first, wrong.wanted)
    at = [int(i) for i in place.nonzero()[0]]
    got, want = (numbers(t[tuple(at)]) for t in (wrong.first, wrong.wanted))
    where = f"at {at}: " if at else ""  # a single number has no place
    return (
        f"The small example comes out right; with {wrong.sizes} not:",
        f"{where}got {got}, wanted {want}",
    )
