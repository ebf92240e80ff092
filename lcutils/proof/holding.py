"""Does one line follow from another? The engine of `derive`, for lines that may well be false."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, Literal

import sympy as sp

from lcutils.proof import counterexample
from lcutils.proof.counterexample import Counterexample
from lcutils.proof.statement import Statement, size_letters
from lcutils.proof.values import Values


def hold(
    left: Any, right: Any, domain: Sequence[Any] = ()
) -> Literal[True] | Counterexample | None:
    """True if left = right is proved, numbers if it is false, None if neither is found.

    What is quick comes first: a proof by multiplying out, then numbers, then all other ways.

    Args:
        left, right: numbers or matrix expressions of one shape, as for `prove`.
        domain: inequalities that are assumed.

    Raises: ValueError or TypeError for what no proof can read, or what is defined nowhere.
    """
    if left == right:
        return True
    statement = Statement(left, right, domain)
    if statement.proved_for_all_sizes(quickly=True):
        return True
    found = counterexample.find(statement, smallest=True, show=str)
    if found:
        return found
    is_proved = statement.proved_for_all_sizes() or all(
        map(statement.proved_at, statement.two_sizes())
    )
    return True if is_proved else None


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
