"""What a derivation is held against: its names, what they stand for, where wrong turns lead.

All of it is the same for every chain, so it is worked out at the first one and kept.
"""

from __future__ import annotations

import functools
from typing import Any

from lcutils.checking.chains import Reader
from lcutils.checking.data import DerivationExercise


class Known:
    """One exercise, read."""

    def __init__(self, exercise: DerivationExercise) -> None:
        self.reader = Reader(exercise.symbols())
        self._exercise = exercise
        symbols = self.reader.symbols
        self.domain = tuple(
            relation
            for name, (low, high) in exercise.between.items()
            for relation in (symbols[name] > low, symbols[name] < high)
            if relation.free_symbols  # that a positive number is above 0 is known
        )
        self._meanings = [(symbols[x], self.reader.line(y)) for x, y in exercise.meanings.items()]
        self._turns: list[tuple[str, Any, complex]] = []

    def value(self, line: Any) -> Any:
        """A line with what its names stand for; derivatives are taken before that hides them."""
        import sympy

        for symbol, meaning in self._meanings:
            if symbol not in line.atoms(sympy.Symbol):
                continue
            slopes = line.atoms(sympy.Derivative)
            taken = {slope: slope.doit() for slope in slopes if symbol in slope.variables}
            line = line.xreplace(taken).xreplace({symbol: meaning})
        return line

    def turn(self, line: Any) -> str:
        """The sentence of the wrong turn whose value a line has, or none."""
        from lcutils.proof.holding import are_far, at_a_point, hold

        if not self._turns:
            wrong = {x: self.value(self.reader.line(y)) for x, y in self._exercise.mistakes.items()}
            self._turns = [(x, value, at_a_point(value)) for x, value in wrong.items()]
        here: complex | None = None
        for sentence, value, there in self._turns:
            if unlike(line, value):
                continue
            here = at_a_point(line) if here is None else here
            if not are_far(here, there) and hold(line, value, self.domain) is True:
                return sentence
        return ""


@functools.cache
def known_of(exercise: DerivationExercise) -> Known:
    """What is known of an exercise, once for all chains."""
    return Known(exercise)


def unlike(left: Any, right: Any) -> str:
    """What is wrong with two lines of different shapes; a 1 x 1 matrix is like a number."""
    from lcutils.proof import nodes

    was, is_now = (nodes.shape(x) if nodes.is_matrix(x) else "[1, 1]" for x in (left, right))
    if was == is_now:
        return ""
    before, here = ("a number" if x == "[1, 1]" else f"a matrix {x}" for x in (was, is_now))
    return f"It is {here}, and the line before is {before}."
