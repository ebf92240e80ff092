"""What a reader's function is tried on and what is wanted there; `runs` tries it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Inputs
from lcutils.checking.runs import Answered, Asked, Call, copies, is_float_tensor


@dataclass
class Case(Call):
    """Inputs, what is wanted, and what the reader's function made of them."""

    wanted: Tensor
    sizes: str = ""

    def take(self, call: Call) -> None:
        """Keep what came of a call with these inputs."""
        for one in fields(Call):
            if one.name != "inputs":
                setattr(self, one.name, getattr(call, one.name))
        first, is_float = self.first, self.wanted.is_floating_point()
        if first is not None and self.is_python and is_float and first.dtype != torch.bool:
            self.first = self.output = first.double()  # 3 is 3.0 where Python alone has written it


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

    @property
    def asked(self) -> Asked:
        """All that whoever runs the function needs to know."""
        gradient = (self.gradient.inputs, self.gradient.wanted) if self.gradient else None
        wants_code = bool(self.exercise.slips) or self.exercise.is_loop_free
        return Asked(tuple(case.inputs for case in self.calls), gradient, wants_code)

    def take(self, found: Answered) -> None:
        """Keep what came of it, each call with its case."""
        for case, call in zip(self.calls, found.calls, strict=True):
            case.take(call)
        if self.gradient and found.gradient:
            self.gradient.take(found.gradient)


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


def argument_names(exercise: FunctionExercise) -> list[str]:
    """What the arguments are called in the stub."""
    return list(inspect.signature(exercise.reference).parameters)
