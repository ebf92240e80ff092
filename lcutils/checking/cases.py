"""Inputs for a reader's function, the runs on them, and how outputs are compared."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lcutils import _require
from lcutils.checking.data import FunctionExercise, Inputs
from lcutils.checking.guard import Raised, attempt, described

# Relative, and absolute near zero. Not finer for float64: a reader may compute a factor in
# float32, and that is no mistake; the known mistakes are off by far more.
_TOLERANCE = 1e-4
_MAX_KEPT = 10_000  # numbers of an output: more than any right one has


@dataclass
class Case:
    """Inputs, what is wanted, and what the reader's function made of them."""

    inputs: Inputs
    wanted: Tensor
    sizes: str = ""
    given: Inputs = ()  # the copy that the function got, and may have edited
    kind: str = ""  # what it returned, if that is no plain tensor
    output: Tensor | None = None  # shares its memory with what was returned
    first: Tensor | None = None  # a copy made at once
    asks_gradient: bool = False
    gradients: tuple[Tensor | None, ...] = ()
    raised: Raised | None = None
    done: bool = False


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


def future_case(exercise: FunctionExercise, base: Case, rng: torch.Generator) -> Case | None:
    """The inputs of `base`, with the later half of the causal argument drawn anew."""
    if not exercise.causal:
        return None
    place = argument_names(exercise).index(exercise.causal)
    inputs = list(copies(base.inputs))
    x = inputs[place]
    later = x[:, x.shape[1] // 2 :]
    later += torch.randn(later.shape, generator=rng, dtype=x.dtype)
    return _case(exercise, tuple(inputs), base.sizes)


def gradient_case(exercise: FunctionExercise, base: Case, rng: torch.Generator) -> Case | None:
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


def _has_memory(tensor: Tensor) -> bool:
    """Is its memory as large as its shape says? If not, reading it would end the process."""
    if tensor.numel() == 0:
        return True
    pairs = zip(tensor.shape, tensor.stride(), strict=True)
    last = tensor.storage_offset() + sum((size - 1) * stride for size, stride in pairs)
    return tensor.untyped_storage().nbytes() >= (last + 1) * tensor.element_size()


def _look(output: object, case: Case) -> None:
    if type(output) is not Tensor:  # a subclass can lie about everything
        case.kind = described(output)
        if isinstance(output, types.GeneratorType):
            case.kind = "a generator (is there a yield where a return should be?)"
        elif output is None:
            case.kind = "None (is the return missing?)"
        elif isinstance(output, Tensor):
            case.kind = f"a subclass of torch.Tensor, {type(output).__name__}"
    elif output.is_nested or output.layout != torch.strided or output.device != case.wanted.device:
        case.kind = "a tensor of another layout or device"
    elif not _has_memory(output):
        case.kind = "a tensor whose memory was freed"
    else:
        case.asks_gradient = output.requires_grad
        case.output = torch.Tensor.detach(output)  # not output.detach: an attribute could be set
        if output.numel() <= _MAX_KEPT:
            case.first = case.output.clone()


def run_backward(answer: Any, case: Case) -> None:
    """Keep the gradients that reach the inputs from the output, weighted by `case.wanted`."""
    leaves = [v.requires_grad_() for v in copies(case.inputs) if is_float_tensor(v)]
    rest = iter(leaves)
    case.given = tuple(next(rest) if is_float_tensor(v) else v for v in case.inputs)

    def backward() -> tuple[Tensor | None, ...]:
        output = answer(*case.given)
        is_plain = type(output) is Tensor and output.shape == case.wanted.shape
        if not (is_plain and output.requires_grad and _has_memory(output)):
            return tuple(None for _ in leaves)
        loss = (output * case.wanted).sum()
        return torch.autograd.grad(loss, leaves, allow_unused=True)

    with torch.enable_grad():
        gradients, case.raised = attempt(backward)
    case.gradients = gradients or ()
    case.done = True


def same(left: object, right: object) -> bool:
    """Do two outputs, inputs or gradients agree in shape and values?"""
    if not isinstance(left, Tensor) or not isinstance(right, Tensor):
        return left is right or (type(left) is type(right) and left == right)
    if left.shape != right.shape or left.is_complex() or right.is_complex():
        return False
    if not (_has_memory(left) and _has_memory(right)):
        return False
    return bool(is_close(left, right).all())


def is_close(left: Tensor, right: Tensor) -> Tensor:
    """Where two tensors of one shape agree."""
    return torch.isclose(left.double(), right.double(), _TOLERANCE, _TOLERANCE, equal_nan=True)


def numbers(value: object) -> str:
    """A tensor or a number, to four digits, in brackets as Python writes lists."""
    if isinstance(value, Tensor):
        return numbers(value.tolist())
    if isinstance(value, list):
        return f"[{', '.join(map(numbers, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else _require.kind_of(value)
