"""Does one line follow from another? The engine of `derive`, for lines that may well be false."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import Any, Literal

import sympy as sp

from lcutils.proof import counterexample
from lcutils.proof.counterexample import Counterexample
from lcutils.proof.statement import Statement, size_letters
from lcutils.proof.values import Values

_FAR = 1e-6  # two values, to fifteen digits, that are not the same


def hold(
    left: Any, right: Any, domain: Sequence[Any] = ()
) -> Literal[True] | Counterexample | None:
    """True if left = right is proved, numbers if it is false, None if neither is found.

    What is quick comes first: a proof by multiplying out, unless the values at a point are far
    from each other, then numbers, then all other ways.

    Args:
        left, right: numbers or matrix expressions of one shape, as for `prove`.
        domain: inequalities that are assumed.

    Raises: ValueError or TypeError for what no proof can read, UndefinedError for what has no
        value at any point that was tried.
    """
    if left == right:
        return True
    statement = Statement(left, right, domain)
    if not are_far(*map(at_a_point, (left, right))):
        if statement.proved_for_all_sizes(quickly=True):
            return True
    found = counterexample.find(statement, smallest=True, show=_decimals_cut)
    if found:
        return found
    is_proved = statement.proved_for_all_sizes() or all(
        map(statement.proved_at, statement.two_sizes())
    )
    return True if is_proved else None


def _decimals_cut(value: Any) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", text) else text


def are_far(a: complex, b: complex) -> bool:
    """Do two values at a point differ? Not if one of them is no number."""
    return abs(a - b) > _FAR


def at_a_point(expression: Any) -> complex:
    """The value of a number, or of a matrix's first entry, at one point that its names decide.

    All sizes are 1, and each name is a fraction between 1/8 and 7/8: where two values are far
    from each other no proof need be tried. Not a number where it has no value there.
    """
    sizes = dict.fromkeys(size_letters([expression]), 1)
    value = Values(sizes).side(expression)[0, 0].doit()
    point = {s: sp.Rational(zlib.crc32(s.name.encode()) % 97 + 17, 129) for s in value.free_symbols}
    number = sp.N(value.xreplace(point), 15)
    return complex(number) if number.is_finite else complex("nan")
