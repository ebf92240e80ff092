"""Inputs for a reader's function, and the runs on them."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter

from lcutils.checking.comparing import has_memory
from lcutils.checking.data import FunctionExercise, Inputs
from lcutils.checking.errors import Raised
from lcutils.checking.guard import attempt, described

_MAX_KEPT = 10_000  # numbers of an output: more than any right one has


@dataclass
class Case:
    """Inputs, what is wanted, and what the reader's function made of them."""

    inputs: Inputs
    wanted: Tensor
    sizes: str = ""
    given: Inputs = ()  # the copy that the function got, and may have edited
    kind: str = ""  # what it returned, if that is no plain tensor
    output: Tensor | None = None  # shares its memory with the tensor that was returned
    first: Tensor | None = None  # a copy made at once; None where its values cannot be told
    asks_gradient: bool = False
    gradients: tuple[Tensor | None, ...] = ()
    raised: Raised | None = None
    done: bool = False


@dataclass(frozen=True)
class Trial:
    """What a reader's function is tried on, and what came of it.

    Args:
        cases: the inputs whose outputs are compared with ours.
        future, neighbour: one of them with other later steps, or another text beside it, where
            the exercise is causal.
        gradient: one of them through which gradients are sent, where they must flow.
    """

    exercise: FunctionExercise
    cases: list[Case]
    future: Case | None
    neighbour: Case | None
    gradient: Case | None

    @property
    def calls(self) -> list[Case]:
        """All inputs that the function is called with, in order."""
        return [*self.cases, *filter(None, (self.future, self.neighbour))]


def make_trial(exercise: FunctionExercise, rng: torch.Generator) -> Trial:
    """Everything that a function is tried on, with inputs drawn from `rng`."""
    cases = list(make_cases(exercise, rng))
    base = cases[-2]  # the largest sizes in float32
    future, neighbour = (_with_other(exercise, base, rng, is_future) for is_future in (True, False))
    return Trial(exercise, cases, future, neighbour, _gradient_case(exercise, base, rng))


def make_cases(exercise: FunctionExercise, rng: torch.Generator) -> Iterator[Case]:
    """The worked example, each of the sizes in float32, and the last of them in float64."""
    inputs, said = exercise.worked, ""
    yield _case(exercise, inputs, "")
    for sizes in exercise.sizes:
        inputs = exercise.draw(rng, **sizes)
        said = ", ".join(f"{name} = {size}" for name, size in sizes.items())
        single = [v.float() if is_float_tensor(v) else v for v in inputs]
        yield _case(exercise, tuple(single), said)
    yield _case(exercise, inputs, f"{said} in float64")


def _case(exercise: FunctionExercise, inputs: Inputs, sizes: str) -> Case:
    return Case(inputs, exercise.reference(*copies(inputs)), sizes)


def _with_other(
    exercise: FunctionExercise, base: Case, rng: torch.Generator, is_future: bool
) -> Case | None:
    """The inputs of `base` with another later half of the last text, or another first text."""
    if not exercise.causal or len(base.wanted) == 1:
        return None
    inputs = copies(base.inputs)
    x = inputs[argument_names(exercise).index(exercise.causal)]
    changed = x[-1, x.shape[1] // 2 :] if is_future else x[0]
    changed += torch.randn(changed.shape, generator=rng, dtype=changed.dtype)
    return _case(exercise, inputs, base.sizes)


def _gradient_case(exercise: FunctionExercise, base: Case, rng: torch.Generator) -> Case | None:
    """`base` again, with weights: the gradient of the weighted sum of the output is compared."""
    if not exercise.has_gradient:
        return None
    weights = torch.randn(base.wanted.shape, generator=rng, dtype=base.wanted.dtype)
    return Case(base.inputs, weights, base.sizes)


def copies(inputs: Inputs) -> Inputs:
    """The same inputs in memory of their own."""
    return tuple(v.clone() if isinstance(v, Tensor) else v for v in inputs)


def is_float_tensor(value: object) -> bool:
    """Can it have a gradient?"""
    return isinstance(value, Tensor) and value.is_floating_point()


def argument_names(exercise: FunctionExercise) -> list[str]:
    """What the arguments are called in the stub."""
    return list(inspect.signature(exercise.reference).parameters)


def run(answer: Any, case: Case) -> None:
    """Call the function on a copy of the inputs, and keep what it returned or raised."""
    case.given = copies(case.inputs)
    with torch.enable_grad():  # the function itself may need it
        output, case.raised = attempt(lambda: answer(*case.given))
    if case.raised is None:
        _, case.raised = attempt(lambda: _look(output, case))
    case.done = True


def _look(output: object, case: Case) -> None:
    if not isinstance(output, Tensor):
        case.kind, case.first = _converted(output, case.wanted)
        case.output = case.first
    elif type(output) not in (Tensor, Parameter):  # a subclass can lie about everything
        case.kind = f"a subclass of torch.Tensor, {type(output).__name__}"
    elif output.is_nested or output.layout != torch.strided or output.device != case.wanted.device:
        case.kind = "a tensor of another layout or device"
    elif not has_memory(output):
        case.kind = "a tensor whose memory was freed"
    else:
        case.asks_gradient = output.requires_grad
        case.output = torch.Tensor.detach(output)  # not output.detach: an attribute could be set
        if output.numel() <= _MAX_KEPT:
            case.first = case.output.clone()


def _converted(output: Any, wanted: Tensor) -> tuple[str, Tensor | None]:
    """What was returned in place of a tensor, and its values where they can be told exactly."""
    if output is None:
        return "None (is the return missing?)", None
    if isinstance(output, types.GeneratorType):
        return "a generator (is there a yield where a return should be?)", None
    if type(output) is tuple and len(output) == 1 and type(output[0]) is Tensor:
        alone = Case((), wanted)
        _look(output[0], alone)
        return "a tuple of one tensor (is there a comma behind it?)", alone.first
    if type(output) in (list, tuple) and any(isinstance(part, Tensor) for part in output):
        whole = "torch.stack makes one tensor of several along a new axis, torch.cat along an old"
        return f"{described(output)} of tensors ({whole})", None
    if isinstance(output, np.ndarray | np.generic):
        kind = "a NumPy array" if isinstance(output, np.ndarray) else "a number of NumPy's"
    elif type(output) in (list, tuple):
        kind = described(output)
    elif isinstance(output, bool | int | float):
        kind = "a number of Python's"
    else:
        return described(output), None
    values, failed = attempt(lambda: np.asarray(output))
    if failed or type(values) is not np.ndarray or values.size > _MAX_KEPT:
        return kind, None
    if values.dtype.kind in "iu" and type(output) in (list, tuple, int):
        # 3 is 3.0 where Python alone has written it
        values = values.astype(np.float64) if wanted.is_floating_point() else values
    if values.dtype.kind not in "biuf":
        return kind, None
    first, failed = attempt(lambda: torch.from_numpy(values.copy(order="C")))
    return kind, None if failed else first


def run_backward(answer: Any, case: Case) -> None:
    """Keep the gradients that reach the inputs from the output, weighted by `case.wanted`."""
    leaves = [v.requires_grad_() for v in copies(case.inputs) if is_float_tensor(v)]
    rest = iter(leaves)
    case.given = tuple(next(rest) if is_float_tensor(v) else v for v in case.inputs)

    def backward() -> tuple[Tensor | None, ...]:
        output = answer(*case.given)
        is_plain = type(output) is Tensor and output.shape == case.wanted.shape
        if not (is_plain and output.requires_grad and has_memory(output)):
            return tuple(None for _ in leaves)
        loss = (output * case.wanted).sum()
        return torch.autograd.grad(loss, leaves, allow_unused=True)

    with torch.enable_grad():
        gradients, case.raised = attempt(backward)
    case.gradients = gradients or ()
    case.done = True
