"""Lesson 07: what a cell hands back through a gate that reads what the cell shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lcutils.checking.data import DerivationExercise, Step

_LINKS = ("df_da", "da_dh", "dh_dc")
_NAMES = ("f", "a", "h", "c")  # a link lies between two of them


def _symbols() -> Mapping[str, Any]:
    from sympy import symbols

    names = symbols([*_LINKS, "f", "a", "h", "c", "r"], real=True)
    return {symbol.name: symbol for symbol in names}


def _worked_out(link: str) -> Callable[[Any], bool]:
    """Whether a line has something in the place of this link, by name or as a derivative."""

    def is_taken(line: Any) -> bool:
        from sympy import Derivative

        hidden = {link for slope in line.atoms(Derivative) for link in _links_in(slope)}
        return link not in hidden | {s.name for s in line.free_symbols}

    return is_taken


def _links_in(slope: Any) -> tuple[str, ...]:
    """The links that a derivative stands for: all from what is differentiated to what moves."""
    above, below = str(slope.expr), str(slope.variables[-1])
    if below not in _NAMES:
        return _LINKS
    first = _NAMES.index(above) if above in _NAMES else 0
    return _LINKS[first : _NAMES.index(below)]


ENTRIES = (
    DerivationExercise(
        "07.two_ways",
        symbols=_symbols,
        start="f + c*df_da*da_dh*dh_dc",
        route=(
            Step(
                "f + c*f*(1 - f)*da_dh*dh_dc",
                "The link `df_da`: the slope of sigma. It can be written with `f` alone.",
                _worked_out("df_da"),
                "the link df_da is still to be worked out",
            ),
            Step(
                "f + c*f*(1 - f)*r*dh_dc",
                "The link `da_dh`: `a = r*h`. By how much does `a` grow when `h` grows by 1?",
                _worked_out("da_dh"),
                "the link da_dh is still to be worked out",
            ),
            Step(
                "f + c*f*(1 - f)*r*(1 - h**2)",
                "The link `dh_dc`: the slope of `tanh`. It can be written with `h` alone.",
                _worked_out("dh_dc"),
                "the link dh_dc is still to be worked out",
            ),
        ),
        meanings={
            "df_da": "f*(1 - f)",
            "da_dh": "r",
            "dh_dc": "1 - h**2",
            "f": "1/(1 + exp(-a))",
            "a": "r*h",
            "h": "tanh(c)",
            "c": "atanh(h)",  # any c and r; so numbers for f and h come out short
            "r": "log(f/(1 - f))/h",
        },
        between={"f": (0, 1), "h": (-1, 1)},
        mistakes={
            "The slope of sigma has a second factor, 1 - f.": "f + c*f*da_dh*dh_dc",
            "The slope of sigma has a second factor, f.": "f + c*(1 - f)*da_dh*dh_dc",
            "1 - f^2 would be the slope of tanh; f comes out of sigma.": (
                "f + c*(1 - f**2)*da_dh*dh_dc"
            ),
            "The slope of sigma is not f (1 + f).": "f + c*f*(1 + f)*da_dh*dh_dc",
            "A sign is the wrong way round: f grows with a, and the two ways are added.": (
                "f + c*f*(f - 1)*da_dh*dh_dc"
            ),
            "The slope of sigma is f (1 - f), without a square.": (
                "f + c*(f*(1 - f))**2*da_dh*dh_dc"
            ),
            "sigma is taken twice: f is sigma(a) already.": (
                "f + c*1/(1 + exp(-f))*(1 - 1/(1 + exp(-f)))*da_dh*dh_dc"
            ),
            "a itself stands in the place of the slope of sigma.": "f + c*a*da_dh*dh_dc",
            "The link df_da is lost.": "f + c*da_dh*dh_dc",
            "The link da_dh is lost: between h and a stands a weight.": "f + c*df_da*dh_dc",
            "h stands in the place of da_dh: that is how a changes with r.": (
                "f + c*df_da*h*dh_dc"
            ),
            "a itself stands in the place of da_dh.": "f + c*df_da*a*dh_dc",
            "r divides; a = r h grows by r when h grows by 1.": "f + c*df_da/r*dh_dc",
            "The link dh_dc is lost: between c and h stands a tanh.": "f + c*df_da*da_dh",
            "h itself stands in the place of dh_dc; wanted is the slope of tanh.": (
                "f + c*df_da*da_dh*h"
            ),
            "The slope of tanh is not 1 + h^2.": "f + c*df_da*da_dh*(1 + h**2)",
            "The slope of tanh is not 1 - h: a square is missing.": "f + c*df_da*da_dh*(1 - h)",
            "The slope of tanh is not (1 - h)^2: only h is squared.": (
                "f + c*df_da*da_dh*(1 - h)**2"
            ),
            "h (1 - h) would be the slope of sigma; h comes out of tanh.": (
                "f + c*df_da*da_dh*h*(1 - h)"
            ),
            "tanh is taken twice: h is tanh(c) already.": "f + c*df_da*da_dh*(1 - tanh(h)**2)",
            "The slope is that at c, before the tanh; h is what comes out of it.": (
                "f + c*df_da*da_dh*(1 - c**2)"
            ),
            "The links da_dh and dh_dc are lost.": "f + c*df_da",
            "The way straight on is lost: f.": "c*df_da*da_dh*dh_dc",
            "Straight on the cell is multiplied by f, not by 1.": "1 + c*df_da*da_dh*dh_dc",
            "The way through the gate has lost its factor c.": "f + df_da*da_dh*dh_dc",
            "The gate multiplies the cell c, not what it shows, h.": "f + h*df_da*da_dh*dh_dc",
            "The way through the gate is lost: this is the way straight on.": "f",
            "The two ways are multiplied; they are added.": "f*c*df_da*da_dh*dh_dc",
            "Straight on goes f, the slope of f c, not f c itself.": "f*c + c*df_da*da_dh*dh_dc",
            "The links are added; the chain rule multiplies them.": "f + c*(df_da + da_dh + dh_dc)",
        },
        meaning="The second way can be longer than f or against it; if the gate is blind to h, r "
        "is 0, and only f is left.",
    ),
)
