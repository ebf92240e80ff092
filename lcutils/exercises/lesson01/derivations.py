"""Lesson 01: what a code costs that was made for other shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcutils.checking.data import DerivationExercise, Step


def _symbols() -> Mapping[str, Any]:
    from sympy import symbols

    return dict(zip("pqrs", symbols("p q r s", positive=True), strict=True))


def _is_grouped(line: Any) -> bool:
    """Do p and r stand once each before what they are multiplied by?"""
    from sympy import Mul

    terms = [term for term in line.args if isinstance(term, Mul)] if line.is_Add else []
    shares = [str(factor) for term in terms for factor in term.args if factor.is_Symbol]
    return sorted(shares) == ["p", "r"] and len(line.args) == 2


def _is_quotient(line: Any) -> bool:
    """Is each share beside one logarithm, of two shares?"""
    from sympy import log

    of = [sorted(map(str, found.free_symbols)) for found in line.atoms(log)]
    return _is_grouped(line) and sorted(of) == [["p", "q"], ["r", "s"]]


ENTRIES = (
    DerivationExercise(
        "01.wrong_shares",
        symbols=_symbols,
        start="-p*log(q) - r*log(s) + p*log(p) + r*log(r)",
        route=(
            Step(
                "p*(log(p) - log(q)) + r*(log(r) - log(s))",
                "Two terms have the factor `p`, and two have `r`. Take each out.",
                _is_grouped,
                "p and r should stand there once each, as factors",
            ),
            Step(
                "p*log(p/q) + r*log(r/s)",
                "A difference of two logarithms is the logarithm of a quotient.",
                _is_quotient,
                "two logarithms can still be made one",
            ),
        ),
        mistakes={
            "The quotient is the wrong way round: what is taken away goes below.": (
                "p*log(q/p) + r*log(s/r)"
            ),
            "A difference of logarithms is not a quotient of logarithms.": (
                "p*log(p)/log(q) + r*log(r)/log(s)"
            ),
            "A difference of logarithms is not the logarithm of the difference.": (
                "p*log(p - q) + r*log(r - s)"
            ),
            "The signs of the lengths are lost: a length is minus a logarithm.": (
                "p*(log(p) + log(q)) + r*(log(r) + log(s))"
            ),
            "p and r are lost: each logarithm counts as often as its token comes.": (
                "log(p/q) + log(r/s)"
            ),
            "p and r are added up, but they stand before different logarithms.": (
                "(p + r)*log(p*r/(q*s))"
            ),
            "The mean is taken with q and s; tokens come with the shares p and r.": (
                "q*log(p/q) + s*log(r/s)"
            ),
            "This is the mean length alone; the entropy is lost.": "-p*log(q) - r*log(s)",
            "This is minus the entropy alone; the mean length is lost.": "p*log(p) + r*log(r)",
            "This is the entropy of q and s; the lengths come with the shares p and r.": (
                "-q*log(q) - s*log(s) + p*log(p) + r*log(r)"
            ),
            "The second token is lost.": "p*log(p/q)",
            "The first token is lost.": "r*log(r/s)",
            "q and s have changed places.": "p*log(p/s) + r*log(r/q)",
            "p log p is not log of p times p: the factor would be an exponent.": (
                "log(p*p/q) + log(r*r/s)"
            ),
            "One sign is wrong: both tokens cost more than they must, and the costs add up.": (
                "p*log(p/q) - r*log(r/s)"
            ),
        },
        meaning="It is zero where the shares are right: then no code is shorter.",
    ),
)
