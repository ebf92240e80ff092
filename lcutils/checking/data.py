"""Exercises as data: what a lesson writes down, and the engine checks, for each kind.

`mistakes` are the wrong answers that people give: the sentence that names one -> the answer.
`meaning` is a sentence that "Right." adds: what the reader has found, not praise.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

Inputs = tuple[Any, ...]  # tensors and numbers, in the order of the function's arguments


@dataclass(frozen=True)
class Slip:
    """A mistake in a function that its values do not tell, or that raises: seen in its code.

    Args:
        sentence: names the mistake.
        found: whether the syntax tree of a reader's function has it.
        example: the source of an answer that has it, for the tests.
    """

    sentence: str
    found: Callable[[ast.AST], bool]
    example: str


@dataclass(frozen=True)
class FunctionExercise:
    """A function to write or to mend.

    Args:
        reference: computes the right output, one tensor; its signature is the stub's.
        worked: inputs so small that a reader can check the result by hand.
        draw: random inputs in float64 for each of `sizes`, which begin with the edge shapes.
        has_gradient: whether gradients must flow from the output to the inputs.
        causal: the argument [B, T, ...] whose later entries must not change earlier outputs.
        given: the faulty body that the stub has, where there is one to mend; it makes the first of
            `mistakes`.
        gradient_hint: what to say where the values are right and the gradients are not.
        cuts_gradients: whether some are to be cut: then nothing is said against `.detach()`.
        slips: looked for where no mistake has the answer's values, or where it raised.
        is_loop_free: whether no loop is wanted; a right answer with one is right, and is told.
        keeps_dtype: whether the result must have the dtype of the inputs: where that is taught.
    """

    id: str
    reference: Callable[..., Tensor]
    worked: Inputs
    draw: Callable[..., Inputs]
    sizes: tuple[Mapping[str, Any], ...]
    mistakes: Mapping[str, Callable[..., Tensor]]
    hints: tuple[str, ...]
    has_gradient: bool = True
    causal: str = ""
    given: str = ""
    gradient_hint: str = ""
    cuts_gradients: bool = False
    slips: tuple[Slip, ...] = ()
    is_loop_free: bool = False
    keeps_dtype: bool = False
    meaning: str = ""


@dataclass(frozen=True)
class NumberExercise:
    """A number; an answer within `tolerance` of `value` is right.

    Args:
        reading: what a wrong number that is none of `mistakes` would mean: a sentence, or nothing.
    """

    id: str
    value: float
    tolerance: float
    unit: str
    mistakes: Mapping[str, float]
    hints: tuple[str, ...]
    reading: Callable[[float], str] = field(default=lambda number: "", kw_only=True)
    meaning: str = ""


@dataclass(frozen=True)
class ExpressionExercise:
    """One line of algebra: `reference` and each mistake build it from the symbols.

    Args:
        example: numbers for the symbols, such as "1/2", at which a wrong answer is shown; without
            them, or where the answer happens to be right there, whole numbers.
        above: what each symbol is larger than: with T above 1, log(1/(T - 1)) is -log(T - 1).
    """

    id: str
    symbols: str
    reference: Callable[..., Any]
    mistakes: Mapping[str, Callable[..., Any]]
    hints: tuple[str, ...]
    example: tuple[str, ...] = ()
    above: int = 0
    meaning: str = ""


@dataclass(frozen=True)
class Step:
    """One line of our own chain.

    Args:
        line: the line that it leads to, as text.
        hint: what leads there.
        is_taken: whether a true line has this step behind it, by whatever way it came.
        left: what such a line still has to do, if not: the end of a sentence.
    """

    line: str
    hint: str
    is_taken: Callable[[Any], bool]
    left: str


@dataclass(frozen=True, eq=False)  # so it has a hash, by which `turns` keeps what it knows
class DerivationExercise:
    """A chain of equal lines, from `start` to where every step of `route` is taken.

    Lines are texts in the names of `symbols`, with `dot`, `norm_sq`, `half_norm_sq` and `.T`.

    Args:
        symbols: makes name -> symbol, called once; matrices are those of `lcutils.proof`.
        start: the first line.
        route: our own chain; its last line is the end.
        mistakes: the sentence that names a wrong turn -> the wrong line it leads to. All true
            lines are equal, so it is known by its value, wherever in a chain it is taken.
        meanings: name -> what it stands for. They are put in one after the other, so that each
            may use the names that come later.
        between: name -> the whole numbers between which its values lie.
    """

    id: str
    symbols: Callable[[], Mapping[str, Any]]
    start: str
    route: tuple[Step, ...]
    mistakes: Mapping[str, str]
    meanings: Mapping[str, str] = field(default_factory=dict)
    between: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    meaning: str = ""

    @property
    def hints(self) -> tuple[str, ...]:
        """The hint for each step."""
        return tuple(step.hint for step in self.route)


@dataclass(frozen=True)
class Rule:
    """Line `first` must stand above line `second`; the sentence says what goes wrong if not."""

    first: str
    second: str
    sentence: str


@dataclass(frozen=True)
class OrderExercise:
    """Lines to put in order: right is every order that breaks none of the rules."""

    id: str
    lines: Mapping[str, str]
    rules: tuple[Rule, ...]
    hints: tuple[str, ...]
    meaning: str = ""


@dataclass(frozen=True)
class Choice:
    """One choice of a question, and what to say to whoever takes it."""

    text: str
    reply: str


@dataclass(frozen=True)
class Question:
    """A question with lettered choices, of which `right` is the letter of the right one."""

    id: str
    text: str
    choices: Mapping[str, Choice]
    right: str


@dataclass(frozen=True)
class Range:
    """Where a number lies that makes sense as a guess; the sentence is for one that does not."""

    low: float
    high: float
    sentence: str
    is_whole: bool = False


COUNT = Range(0, math.inf, "This is counted in whole numbers, from 0 on", is_whole=True)
SHARE = Range(0, 1, "A share lies between 0 and 1: 90 % is 0.9")
COSINE = Range(-1, 1, "A cosine lies between -1 and 1")
CORRELATION = Range(-1, 1, "A correlation lies between -1 and 1")


@dataclass(frozen=True)
class Prediction:
    """What a reader guesses before the result is shown; any that could be so is taken.

    Args:
        numbers: how many numbers are asked for; 0 asks for words.
        choices: the words among which to choose, if not any will do.
        ranges: where each of the numbers lies, or one for all; none where the question leaves
            it open.
    """

    id: str
    text: str
    numbers: int = 0
    choices: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()

    @property
    def example(self) -> list[float]:
        """Numbers of the form that is asked for, which tell nothing."""
        is_small = any(range_.high <= 1 for range_ in self.ranges)
        return [0.5 if is_small else 10 * n for n in range(1, self.numbers + 1)]


Exercise = (
    FunctionExercise | NumberExercise | ExpressionExercise | DerivationExercise | OrderExercise
)


def row(*values: object) -> Tensor:
    """A tensor for `worked`, in float32 as in the lessons."""
    return torch.tensor(values, dtype=torch.float32, device="cpu")


def _in_sympy(name: str) -> Callable[[Any], Any]:
    """SymPy's function of this name; SymPy is imported when one is first called."""

    def call(expression: Any) -> Any:
        import sympy

        return getattr(sympy, name)(expression)

    return call


square_root, logarithm, exponential = map(_in_sympy, ("sqrt", "log", "exp"))
hyperbolic_tangent, rounded_up, rounded_down = map(_in_sympy, ("tanh", "ceiling", "floor"))


def normal(rng: torch.Generator, *sizes: int) -> Tensor:
    """Random numbers for `draw`: float64, drawn from `rng` alone."""
    return torch.randn(*sizes, generator=rng, dtype=torch.float64, device="cpu")
