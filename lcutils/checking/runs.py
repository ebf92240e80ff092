"""Runs a reader's function on inputs, and keeps what came of it as data.

This half of a check knows the inputs and the answer, not what is wanted: that is in `cases`.
"""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter

from lcutils.checking import guard, syntax
from lcutils.checking.comparing import has_memory
from lcutils.checking.data import Inputs
from lcutils.checking.errors import Raised
from lcutils.checking.guard import Paper, Report, attempt, described

MAX_KEPT = 10_000  # numbers of an output: more than any right one has
_CPU = torch.device("cpu")


@dataclass
class Call:
    """Inputs, and what a reader's function made of them."""

    inputs: Inputs
    given: Inputs = field(default=(), kw_only=True)  # the copy it got, and may have edited
    kind: str = field(default="", kw_only=True)  # what it returned, if that is no plain tensor
    # it shares its memory with the tensor that was returned
    output: Tensor | None = field(default=None, kw_only=True)
    # a copy made at once; None where its values cannot be told
    first: Tensor | None = field(default=None, kw_only=True)
    is_python: bool = field(default=False, kw_only=True)  # whole numbers that Python alone wrote
    asks_gradient: bool = field(default=False, kw_only=True)
    gradients: tuple[Tensor | None, ...] = field(default=(), kw_only=True)
    raised: Raised | None = field(default=None, kw_only=True)
    done: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Asked:
    """What a reader's function is tried on.

    Args:
        calls: the inputs of each call, in order.
        gradient: inputs through which gradients are sent, and the weights of the output's sum.
        wants_code: whether the text of the function is asked for.
    """

    calls: tuple[Inputs, ...]
    gradient: tuple[Inputs, Tensor] | None
    wants_code: bool


@dataclass(frozen=True)
class Answered:
    """What came of it.

    Args:
        calls, gradient: as they were asked for; after one that raised the others are not done.
        code: the function as `ast.unparse` writes it; empty where it is not known.
    """

    calls: list[Call]
    gradient: Call | None
    report: Report
    code: str = ""


def answered(answer: Any, asked: Asked) -> Answered:
    """Call a reader's function, whatever it does; the notebook stays as it was."""
    loaded = len(sys.modules)
    found = _tried(answer, asked)
    if (found.report.changed or found.report.timed_out) and len(sys.modules) > loaded:
        # A library that loads more of itself sets itself up, once: torch.func.grad does.
        found = _tried(answer, asked)
    return found


def _tried(answer: Any, asked: Asked) -> Answered:
    calls = [Call(inputs) for inputs in asked.calls]
    gradient = Call(asked.gradient[0]) if asked.gradient else None

    def work(paper: Paper) -> None:
        for call in calls:
            run(answer, call)
            paper.close()  # what the small example prints is enough
            if call.raised:
                return
        if gradient and asked.gradient and not calls[0].kind:
            run_backward(answer, gradient, asked.gradient[1])

    report = guard.guarded(work)
    return Answered(calls, gradient, report, code_of(answer) if asked.wants_code else "")


def code_of(answer: Any) -> str:
    """The code of a function, in the one form that Python has for it; empty if it is not known."""

    def read() -> str:
        tree = syntax.tree_of(answer)
        return "" if tree is None else ast.unparse(tree)

    return guard.limited(read, answer)[0] or ""


def copies(inputs: Inputs) -> Inputs:
    """The same inputs in memory of their own."""
    return tuple(v.clone() if isinstance(v, Tensor) else v for v in inputs)


def is_float_tensor(value: object) -> bool:
    """Can it have a gradient?"""
    return isinstance(value, Tensor) and value.is_floating_point()


def run(answer: Any, call: Call) -> None:
    """Call the function on a copy of the inputs, and keep what it returned or raised."""
    call.given = copies(call.inputs)
    with torch.enable_grad():  # the function itself may need it
        output, call.raised = attempt(lambda: answer(*call.given))
    if call.raised is None:
        _, call.raised = attempt(lambda: _look(output, call))
    call.done = True


def _look(output: object, call: Call) -> None:
    if not isinstance(output, Tensor):
        if type(output) is tuple and len(output) == 1 and type(output[0]) is Tensor:
            alone = Call(())
            _look(output[0], alone)
            call.kind = "a tuple of one tensor (is there a comma behind it?)"
            call.first = alone.first
        else:
            call.kind, call.first = _converted(output)
            call.is_python = type(output) in (list, tuple, int)
        call.output = call.first
    elif type(output) not in (Tensor, Parameter):  # a subclass can lie about everything
        call.kind = f"a subclass of torch.Tensor, {type(output).__name__}"
    elif output.is_nested or output.layout != torch.strided or output.device != _CPU:
        call.kind = "a tensor of another layout or device"
    elif not has_memory(output):
        call.kind = "a tensor whose memory was freed"
    else:
        call.asks_gradient = output.requires_grad
        call.output = torch.Tensor.detach(output)  # not output.detach: an attribute could be set
        if output.numel() <= MAX_KEPT:
            call.first = call.output.clone()


def _converted(output: Any) -> tuple[str, Tensor | None]:
    """What was returned in place of a tensor, and its values where they can be told exactly."""
    if output is None:
        return "None (is the return missing?)", None
    if isinstance(output, types.GeneratorType):
        return "a generator (is there a yield where a return should be?)", None
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
    if failed or type(values) is not np.ndarray or values.size > MAX_KEPT:
        return kind, None
    if values.dtype.kind not in "biuf":
        return kind, None
    first, failed = attempt(lambda: torch.from_numpy(values.copy(order="C")))
    return kind, None if failed else first


def run_backward(answer: Callable[..., Any], call: Call, weights: Tensor) -> None:
    """Keep the gradients that reach the inputs from the output, weighted and summed."""
    leaves = [v.requires_grad_() for v in copies(call.inputs) if is_float_tensor(v)]
    rest = iter(leaves)
    call.given = tuple(next(rest) if is_float_tensor(v) else v for v in call.inputs)

    def backward() -> Sequence[Tensor | None]:
        output = answer(*call.given)
        is_plain = type(output) is Tensor and output.shape == weights.shape
        if not (is_plain and output.requires_grad and has_memory(output)):
            return [None for _ in leaves]
        loss = (output * weights).sum()
        return torch.autograd.grad(loss, leaves, allow_unused=True)

    with torch.enable_grad():
        gradients, call.raised = attempt(backward)
    call.gradients = tuple(gradients or ())
    call.done = True
