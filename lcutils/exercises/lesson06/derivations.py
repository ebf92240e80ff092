"""Lesson 06, if there is more time: an error comes back by the products that took values there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcutils.checking.data import DerivationExercise, Step


def _symbols() -> Mapping[str, Any]:
    from sympy import symbols

    from lcutils.proof import MatrixSymbol

    N = symbols("N", positive=True, integer=True)
    vectors = {name: MatrixSymbol(name, N, 1) for name in ("e", "x1", "x2", "x3")}
    return {"U": MatrixSymbol("U", N, N), **vectors}


def _is_apart(line: Any) -> bool:
    """Is the line made of dot products, each with one x at most?"""
    return bool(_dots(line)) and all(len(_inputs(d)) <= 1 for d in _dots(line))


def _is_moved(line: Any) -> bool:
    """Stands every x alone on its side of a dot product?"""
    dots = [d for d in _dots(line) if _inputs(d)]
    return bool(dots) and all(any(str(side) in _INPUTS for side in d.args) for d in dots)


def _dots(line: Any) -> list[Any]:
    """The dot products in a line; none where a product is written as one of matrices."""
    from lcutils.proof.nodes import Dot, is_matrix

    return [] if is_matrix(line) else list(line.atoms(Dot))


def _inputs(dot: Any) -> set[str]:
    return {str(symbol) for symbol in dot.free_symbols} & set(_INPUTS)


_INPUTS = ("x1", "x2", "x3")

ENTRIES = (
    DerivationExercise(
        "06.other_side",
        symbols=_symbols,
        start="dot(e, U*(U*x1 + x2) + x3)",
        route=(
            Step(
                "dot(e, U*U*x1) + dot(e, U*x2) + dot(e, x3)",
                "Multiply out: each x has a dot product of its own, with as many U before it as "
                "it meets.",
                _is_apart,
                "each x needs a dot( , ) of its own",
            ),
            Step(
                "dot(U.T*U.T*e, x1) + dot(U.T*e, x2) + dot(e, x3)",
                "A matrix may change sides if it is transposed: `dot(e, U*x)` is `dot(U.T*e, x)`.",
                _is_moved,
                "in each dot( , ) the x should stand alone on its side",
            ),
        ),
        mistakes={
            "U is to be transposed when it changes sides.": (
                "dot(U*U*e, x1) + dot(U*e, x2) + dot(e, x3)"
            ),
            "x1 meets U twice; one is lost.": "dot(U.T*e, x1) + dot(U.T*e, x2) + dot(e, x3)",
            "One of the two U before x1 is not transposed.": (
                "dot(U.T*U*e, x1) + dot(U.T*e, x2) + dot(e, x3)"
            ),
            "The other one of the two U before x1 is not transposed.": (
                "dot(U*U.T*e, x1) + dot(U.T*e, x2) + dot(e, x3)"
            ),
            "x3 meets no U.": "dot(U.T*U.T*e, x1) + dot(U.T*e, x2) + dot(U.T*e, x3)",
            "x2 meets U once, not twice.": ("dot(U.T*U.T*e, x1) + dot(U.T*U.T*e, x2) + dot(e, x3)"),
            "x2 meets U, too: the bracket has two terms.": (
                "dot(U.T*U.T*e, x1) + dot(e, x2) + dot(e, x3)"
            ),
            "The share of x3 is lost.": "dot(U.T*U.T*e, x1) + dot(U.T*e, x2)",
            "x1 and x2 have changed places.": ("dot(U.T*e, x1) + dot(U.T*U.T*e, x2) + dot(e, x3)"),
            "The U of x2 is not transposed.": ("dot(U.T*U.T*e, x1) + dot(U*e, x2) + dot(e, x3)"),
        },
        meaning="What stands beside x1 is the error, two steps back.",
    ),
)
