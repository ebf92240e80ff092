"""Lesson 05: how much of the loss one step leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcutils.checking.data import DerivationExercise, Step


def _symbols() -> Mapping[str, Any]:
    from sympy import symbols

    from lcutils.proof import MatrixSymbol

    V = symbols("V", positive=True, integer=True)
    beta = symbols("beta", positive=True)
    return {"r": MatrixSymbol("r", V, 1), "v": MatrixSymbol("v", V, 1), "beta": beta}


def _is_once(line: Any) -> bool:
    """Is there one norm in the line, and r once in it?"""
    from sympy import preorder_traversal

    norms, r = _norms(line), _r(line)
    places = [part for norm in norms for part in preorder_traversal(norm) if part == r]
    return len(norms) == len(places) == 1


def _is_outside(line: Any) -> bool:
    """Does beta stand outside the norm?"""
    return all("beta" not in map(str, norm.free_symbols) for norm in _norms(line))


def _norms(line: Any) -> list[Any]:
    """The vectors whose squared lengths stand in the line; none if it has other dot products."""
    from lcutils.proof.nodes import Dot, NormSq

    squares = [square.args for square in line.atoms(NormSq, Dot)]
    return [args[0] for args in squares] if all(args[0] == args[-1] for args in squares) else []


def _r(line: Any) -> Any:
    return next((symbol for symbol in line.free_symbols if str(symbol) == "r"), None)


ENTRIES = (
    DerivationExercise(
        "05.error_left",
        symbols=_symbols,
        start="half_norm_sq(r - beta*(r - v) - v)",
        route=(
            Step(
                "half_norm_sq((1 - beta)*(r - v))",
                "In `r - beta*(r - v) - v` the difference `r - v` is there twice: once by itself, "
                "once times `beta`. Take it out as a factor.",
                _is_once,
                "r - v should stand there once",
            ),
            Step(
                "(1 - beta)**2*half_norm_sq(r - v)",
                "A vector twice as long has a squared length four times as large.",
                _is_outside,
                "beta is still inside the norm",
            ),
        ),
        mistakes={
            "A factor comes out of a squared length as its square.": (
                "(1 - beta)*half_norm_sq(r - v)"
            ),
            "The sign is the wrong way round: the step takes away from r - v.": (
                "half_norm_sq((1 + beta)*(r - v))"
            ),
            "The sign is the wrong way round, and the factor comes out as its square.": (
                "(1 + beta)*half_norm_sq(r - v)"
            ),
            "(1 - beta)^2 is not 1 - beta^2: the middle term is lost.": (
                "(1 - beta**2)*half_norm_sq(r - v)"
            ),
            "(1 - beta)^2 has a middle term, -2 beta: this is 1 + beta^2.": (
                "(1 + beta**2)*half_norm_sq(r - v)"
            ),
            "This is right to first order only: beta^2 is lost.": (
                "(1 - 2*beta)*half_norm_sq(r - v)"
            ),
            "beta is lost: this is the loss before the step.": "half_norm_sq(r - v)",
            "r - v by itself is lost: this is the step alone.": "half_norm_sq(beta*(r - v))",
            "The step alone is left, and its factor comes out as its square.": (
                "beta*half_norm_sq(r - v)"
            ),
            "The minus before the bracket reaches v, too.": "half_norm_sq(r - beta*r - beta*v - v)",
            "beta*v is lost: the bracket has two terms.": "half_norm_sq(r - beta*r - v)",
            "v is lost; the bracket keeps only a part of it.": "half_norm_sq(r - beta*(r - v))",
            "The target v is lost.": "(1 - beta)**2*half_norm_sq(r)",
            "The 1/2 is lost.": "(1 - beta)**2*norm_sq(r - v)",
            "The 1/2 is squared; it stands outside the square.": (
                "(1 - beta)**2*half_norm_sq(r - v)/2"
            ),
            "The square is taken twice: of the factor it is taken once.": (
                "(1 - beta)**4*half_norm_sq(r - v)"
            ),
            "v is added; it should be taken away.": "(1 - beta)**2*half_norm_sq(r + v)",
            "The squared length of a difference has a third term, the dot product.": (
                "(1 - beta)**2*(half_norm_sq(r) - half_norm_sq(v))"
            ),
            "The squared length of a difference has a third term, minus the dot product.": (
                "(1 - beta)**2*(half_norm_sq(r) + half_norm_sq(v))"
            ),
            "All is right but the middle term, which comes twice: 2 times 1/2 is 1.": (
                "(1 - beta)**2*(half_norm_sq(r) - 2*dot(r, v) + half_norm_sq(v))"
            ),
            "A factor comes out of a squared length as its square, and the 1/2 is lost.": (
                "(1 - beta)*dot(r - v, r - v)"
            ),
        },
        meaning="With beta = 1 nothing of the error is left, with beta = 2 all of it is back.",
    ),
)
