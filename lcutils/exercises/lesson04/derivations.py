"""Lesson 04: a price as what nobody can save, and what the model loses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcutils.checking.data import DerivationExercise, Step


def _symbols() -> Mapping[str, Any]:
    from sympy import symbols

    names = [*symbols("p1 p2 q1 q2", positive=True), *symbols("H KL", real=True)]
    return {symbol.name: symbol for symbol in names}


def _meets_the_truth(line: Any) -> bool:
    """Does a logarithm of p stand in the line, or what stands for one?"""
    from sympy import log

    inside = {s.name for part in line.atoms(log) for s in part.free_symbols}
    return bool(inside & {"p1", "p2"} or {s.name for s in line.free_symbols} & {"H", "KL"})


def _is_named(line: Any) -> bool:
    """Are the two names all that is left?"""
    return {s.name for s in line.free_symbols} == {"H", "KL"}


ENTRIES = (
    DerivationExercise(
        "04.split_price",
        symbols=_symbols,
        start="-p1*log(q1) - p2*log(q2)",
        route=(
            Step(
                "-p1*log(p1) - p2*log(p2) + p1*log(p1/q1) + p2*log(p2/q2)",
                "`-log(q1)` is `-log(p1) + log(p1/q1)`: what is added is taken away again.",
                _meets_the_truth,
                "log(p1) should stand in it",
            ),
            Step(
                "H + KL",
                "The terms with `log(p1)` and `log(p2)` alone are `H`; the others are `KL`.",
                _is_named,
                "H and KL should be all that is left",
            ),
        ),
        meanings={
            "H": "-p1*log(p1) - p2*log(p2)",
            "KL": "p1*log(p1/q1) + p2*log(p2/q2)",
        },
        between=dict.fromkeys(("p1", "p2", "q1", "q2"), (0, 1)),
        mistakes={
            "p1 + p2 = 1 is true, but not needed here: leave p1 as it is.": (
                "-(1 - p2)*log(q1) - p2*log(q2)"
            ),
            "p1 + p2 = 1 is true, but not needed here: leave p2 as it is.": (
                "-p1*log(q1) - (1 - p1)*log(q2)"
            ),
            "log is natural, as in the start: with log2 every price is another number.": (
                "-p1*log(q1)/log(2) - p2*log(q2)/log(2)"
            ),
            "This is KL's place alone, with its sign turned; what is added to log(q) is lost.": (
                "-p1*log(p1/q1) - p2*log(p2/q2)"
            ),
            "KL has the wrong sign, or is upside down: another forecast costs more.": "H - KL",
            "The sign of H is the wrong way round: it has its minus inside.": "KL - H",
            "KL alone is what is lost; what nobody can save is missing.": "KL",
            "H alone is what the truth itself would pay; the forecast is wrong, and pays more.": (
                "H"
            ),
            "KL the other way round: its weights are the truth's, p.": (
                "H + q1*log(q1/p1) + q2*log(q2/p2)"
            ),
            "This is the entropy of the forecast q, plus KL; H is that of the truth p.": (
                "-q1*log(q1) - q2*log(q2) + KL"
            ),
            "The weights are the truth's, p: letters come as often as they come.": (
                "-q1*log(p1) - q2*log(p2)"
            ),
            "Only the first letter was split.": "-p1*log(p1) + p1*log(p1/q1)",
            "One logarithm of KL is upside down: both have p above and q below.": (
                "H + p1*log(p1/q1) + p2*log(q2/p2)"
            ),
            "One logarithm of KL is upside down: p stands above, q below, in both.": (
                "H + p1*log(q1/p1) + p2*log(p2/q2)"
            ),
            "H is written with log2, but KL and the start with log: one base throughout.": (
                "-p1*log(p1)/log(2) - p2*log(p2)/log(2) + KL"
            ),
            "H is counted twice.": "2*H + KL",
            "The two are added, not multiplied.": "H*KL",
            "log(p1/q1) is a difference, log(p1) - log(q1), not a quotient of logarithms.": (
                "H + p1*log(p1)/log(q1) + p2*log(p2)/log(q2)"
            ),
            "The weights p are lost: each letter counts as often as it comes.": (
                "H + log(p1/q1) + log(p2/q2)"
            ),
        },
        meaning="No forecast saves H; KL is what is lost by not being the truth.",
    ),
)
