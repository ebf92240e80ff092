"""Lesson 07: what a cell hands back where what is written reads what the cell shows."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from lcutils.checking.data import DerivationExercise, Step
from lcutils.exercises._links import worked_out

_LINKS = ("dg_da", "da_dh", "dh_dc")
_NAMES = ("g", "a", "h", "c")  # a link lies between two of them


def _symbols() -> Mapping[str, Any]:
    from sympy import symbols

    names = symbols([*_LINKS, *"f g a h c r".split()], real=True)
    return {symbol.name: symbol for symbol in names}


def _links_in(slope: Any) -> tuple[str, ...]:
    """The links that a derivative stands for: all from what is differentiated to what moves."""
    above, below = str(slope.expr), str(slope.variables[-1])
    if below not in _NAMES:
        return _LINKS
    first = _NAMES.index(above) if above in _NAMES else 0
    return _LINKS[first : _NAMES.index(below)]


_worked_out = functools.partial(worked_out, links_in=_links_in)

ENTRIES = (
    DerivationExercise(
        "07.two_ways",
        symbols=_symbols,
        start="f + dg_da*da_dh*dh_dc",
        route=(
            Step(
                "f + (1 - g**2)*da_dh*dh_dc",
                "The link `dg_da`: the slope of `tanh` at `a`. It can be written with `g` alone.",
                _worked_out("dg_da"),
                "the link dg_da is still to be worked out",
            ),
            Step(
                "f + (1 - g**2)*r*dh_dc",
                "The link `da_dh`: `a = r*h`. By how much does `a` grow when `h` grows by 1?",
                _worked_out("da_dh"),
                "the link da_dh is still to be worked out",
            ),
            Step(
                "f + (1 - g**2)*r*(1 - h**2)",
                "The link `dh_dc`: the slope of `tanh` at `c`. It can be written with `h` alone.",
                _worked_out("dh_dc"),
                "the link dh_dc is still to be worked out",
            ),
        ),
        meanings={
            "dg_da": "1 - g**2",
            "da_dh": "r",
            "dh_dc": "1 - h**2",
            "g": "tanh(a)",
            "a": "r*h",
            "h": "tanh(c)",
            "c": "atanh(h)",  # any c and r; so numbers for g and h come out short
            "r": "atanh(g)/h",
        },
        between={"g": (-1, 1), "h": (-1, 1)},
        mistakes={
            "The slope of tanh is not 1 + g^2.": "f + (1 + g**2)*da_dh*dh_dc",
            "The slope of tanh is not 1 - g: a square is missing.": "f + (1 - g)*da_dh*dh_dc",
            "The slope of tanh is not (1 - g)^2: only g is squared.": (
                "f + (1 - g)**2*da_dh*dh_dc"
            ),
            "g (1 - g) would be the slope of sigma; g comes out of tanh.": (
                "f + g*(1 - g)*da_dh*dh_dc"
            ),
            "g itself stands in the place of dg_da; wanted is the slope of tanh.": (
                "f + g*da_dh*dh_dc"
            ),
            "tanh is taken twice: g is tanh(a) already.": "f + (1 - tanh(g)**2)*da_dh*dh_dc",
            "The slope is that at a, before the tanh; g is what comes out of it.": (
                "f + (1 - a**2)*da_dh*dh_dc"
            ),
            "The tanh is between a and g: its slope there is known from g, not from h.": (
                "f + (1 - h**2)*da_dh*dh_dc"
            ),
            "The link dg_da is lost: between a and g stands a tanh.": "f + da_dh*dh_dc",
            "The link da_dh is lost: between h and a stands a weight.": "f + dg_da*dh_dc",
            "h stands in the place of da_dh: that is how a changes with r.": "f + dg_da*h*dh_dc",
            "a itself stands in the place of da_dh.": "f + dg_da*a*dh_dc",
            "r divides; a = r h grows by r when h grows by 1.": "f + dg_da/r*dh_dc",
            "The link dh_dc is lost: between c and h stands a tanh.": "f + dg_da*da_dh",
            "h itself stands in the place of dh_dc; wanted is the slope of tanh.": (
                "f + dg_da*da_dh*h"
            ),
            "The slope of tanh is not 1 + h^2.": "f + dg_da*da_dh*(1 + h**2)",
            "The slope of tanh is not 1 - h: a square is missing.": "f + dg_da*da_dh*(1 - h)",
            "The slope of tanh is not (1 - h)^2: only h is squared.": (
                "f + dg_da*da_dh*(1 - h)**2"
            ),
            "h (1 - h) would be the slope of sigma; h comes out of tanh.": (
                "f + dg_da*da_dh*h*(1 - h)"
            ),
            "tanh is taken twice: h is tanh(c) already.": "f + dg_da*da_dh*(1 - tanh(h)**2)",
            "The slope is that at c, before the tanh; h is what comes out of it.": (
                "f + dg_da*da_dh*(1 - c**2)"
            ),
            "The tanh is between c and h: its slope there is known from h, not from g.": (
                "f + dg_da*da_dh*(1 - g**2)"
            ),
            "Both slopes of tanh are lost: this is the weight alone.": "f + r",
            "The way straight on is lost: f.": "dg_da*da_dh*dh_dc",
            "Straight on the cell is multiplied by f, not by 1.": "1 + dg_da*da_dh*dh_dc",
            "Straight on goes f, the slope of f c, not f c itself.": "f*c + dg_da*da_dh*dh_dc",
            "The other way is lost: this is the way straight on.": "f",
            "The two ways are multiplied; they are added.": "f*dg_da*da_dh*dh_dc",
            "The other way is taken away; it is added.": "f - dg_da*da_dh*dh_dc",
            "The other way does not go through the gate: f is not in it.": (
                "f + f*dg_da*da_dh*dh_dc"
            ),
            "The links are added; the chain rule multiplies them.": "f + dg_da + da_dh + dh_dc",
        },
        meaning="The second way is the step of a plain network: there is one inside each LSTM.",
    ),
)
