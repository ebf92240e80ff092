"""What is wrong with the results of a function: each fault in a sentence, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from lcutils.checking.cases import Case, Trial, argument_names
from lcutils.checking.comparing import dtype_name, is_close, numbers, same
from lcutils.checking.data import FunctionExercise
from lcutils.checking.runs import Call, copies, is_float_tensor, run_backward

_MAX_NUMBERS = 24  # in an example


def form_fault(case: Case) -> str:
    """What is wrong with the shape of the output, or why it has no values to compare."""
    sizes = f" for {case.sizes}" if case.sizes else ""
    wanted = list(case.wanted.shape)
    if case.output is None:
        return f"It returned {case.kind}; wanted is a tensor of shape {wanted}{sizes}."
    shape = list(case.output.shape)
    if shape != wanted and case.kind:
        return f"It returned {case.kind} of shape {shape}; wanted is a tensor {wanted}{sizes}."
    if shape != wanted:
        is_turned = sorted(shape) == sorted(wanted)
        hint = " The axes stand in another order: is there a wrong dim, or a transpose too many?"
        return f"The shape is {shape}; wanted is {wanted}{sizes}.{hint if is_turned else ''}"
    if case.output.is_complex():
        got, want = dtype_name(case.output), dtype_name(case.wanted)
        return f"The result is {got}; wanted are real numbers, {want}."
    return ""


def kind_fault(exercise: FunctionExercise, case: Case) -> str:
    """What is wrong with a result whose values are right, whatever its dtype."""
    if case.kind and exercise.has_gradient:
        wanted = "a tensor, through which gradients flow back"
        return f"The values are right, but it returned {case.kind}; wanted is {wanted}."
    if case.asks_gradient:
        return (
            "The result asks for gradients, though no input does: "
            "there is a requires_grad_() or a parameter in it."
        )
    return ""


def dtype_fault(exercise: FunctionExercise, case: Case) -> str:
    """What is wrong with the dtype of a result whose values are right."""
    assert case.first is not None
    got, want = (_sort(t) for t in (case.first, case.wanted))
    name, wanted = dtype_name(case.first), dtype_name(case.wanted)
    if got != want and want == "bool":
        said = f"0 and 1 in {name}; wanted are True and False"
        return f"The values are right, but {said}: compare, or end with `.bool()`."
    if got != want:
        return f"The values are right, but the result is {name}; wanted are {want}, {wanted}."
    if exercise.keeps_dtype and name != wanted:
        hint = "Give new tensors the dtype of the inputs."
        return f"The result is {name}; with these inputs {wanted} is wanted. {hint}"
    return ""


def _sort(tensor: Tensor) -> str:
    if tensor.is_floating_point():
        return "floats"
    return "bool" if dtype_name(tensor) == "bool" else "whole numbers"


def mistake(exercise: FunctionExercise, cases: list[Case]) -> str:
    """The sentence of the known mistake that gives the reader's outputs in every case."""
    for sentence, wrong in exercise.mistakes.items():
        if all(_makes(wrong, case) for case in cases):
            return sentence
    return ""


def _makes(wrong: Callable[..., Tensor], case: Case) -> bool:
    inputs = copies(case.inputs)
    output = wrong(*inputs)
    return same(case.first, output) and all(map(same, case.given, inputs))


def edited_input(exercise: FunctionExercise, case: Case) -> str:
    """The name of an input that is not as it was, or nothing."""
    for name, given, before in zip(argument_names(exercise), case.given, case.inputs, strict=True):
        if not same(given, before):
            return name
        if is_float_tensor(given) and given.requires_grad:
            return f"{name} (it asks for gradients now)"
    return ""


def leak(trial: Trial) -> str:
    """Whether a text's results depend on another text, or on what comes later in it."""
    base, future, neighbour = trial.cases[-2], trial.future, trial.neighbour
    if base.first is None:
        return ""
    if neighbour and not same(base.first[1:], _rest(neighbour)):
        return (
            "The result of one text changes when another text does: "
            "is something carried over, or summed over the batch?"
        )
    if future is None or future.first is None or base.first.shape != future.first.shape:
        return ""
    for step in range(base.first.shape[1] // 2):
        if not same(base.first[-1, step], future.first[-1, step]):
            changes = f"changes when {trial.exercise.causal} changes at later steps"
            looks = f"The result at step {step + 1} {changes}: it looks into the future."
            if same(base.first[-1, -1], base.wanted[-1, -1]):
                return looks
            return f"The values differ, and at the last step, too, which has no future. {looks}"
    return ""


def _rest(case: Case) -> Tensor | None:
    """The results of all texts but the first."""
    return None if case.first is None else case.first[1:]


def gradient_fault(exercise: FunctionExercise, case: Case | None) -> str:
    """What is wrong with the gradients that reach the inputs."""
    if case is None:
        return ""
    more = exercise.gradient_hint and f" {exercise.gradient_hint}"
    ours = Call(case.inputs)
    run_backward(exercise.reference, ours, case.wanted)
    pairs = zip(argument_names(exercise), case.inputs, strict=True)
    names = [name for name, value in pairs if is_float_tensor(value)]
    for name, got, want in zip(names, case.gradients, ours.gradients, strict=True):
        if got is None and want is not None:
            usual = " Compute with torch alone, without .detach(), .data, .item() or .numpy()."
            fault = f"The values are right, but no gradient flows back to {name}."
            return fault + ("" if exercise.cuts_gradients else usual) + more
        if not same(got, want):
            fault = "is NaN" if got is not None and bool(got.isnan().any()) else "is not"
            return f"The values are right, but the gradient that reaches {name} {fault}.{more}"
    return ""


def example(exercise: FunctionExercise, cases: list[Case], form: str = "") -> tuple[str, ...]:
    """The worked example with got and wanted; or, if it is right, where the first case is not."""
    worked = cases[0]
    if worked.first is None or worked.first.numel() > _MAX_NUMBERS:
        return ()
    if form and not form_fault(worked):
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
