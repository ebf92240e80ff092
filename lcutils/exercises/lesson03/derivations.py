"""Lesson 03: the gradient of one weight below another, link by link."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from lcutils.checking.data import DerivationExercise, Step
from lcutils.exercises._links import worked_out

_LINKS = ("dL_dy", "dy_dh", "dh_da", "da_dw1")
_NAMES = ("L", "y", "h", "a", "w1")  # a link lies between two of them


def _symbols() -> Mapping[str, Any]:
    from sympy import symbols

    names = symbols([*_LINKS, *"y z h a x".split(), "w1", "w2", "L"], real=True)
    return {symbol.name: symbol for symbol in names}


def _links_in(slope: Any) -> Sequence[str]:
    """The links that a derivative stands for: all from what is differentiated to what moves."""
    above, below = str(slope.expr), str(slope.variables[-1])
    if below not in _NAMES:
        return _LINKS
    last = _NAMES.index(below)
    if above in _NAMES:
        return _LINKS[_NAMES.index(above) : last]
    # of what a name stands for, in which the target z is that of the loss
    return _LINKS[0 if "z" in map(str, slope.expr.free_symbols) else last - 1 : last]


_worked_out = functools.partial(worked_out, links_in=_links_in)

ENTRIES = (
    DerivationExercise(
        "03.lower_weight",
        symbols=_symbols,
        start="dL_dy*dy_dh*dh_da*da_dw1",
        route=(
            Step(
                "(y - z)*dy_dh*dh_da*da_dw1",
                "The link `dL_dy`: differentiate `(y - z)**2/2` by `y`.",
                _worked_out("dL_dy"),
                "the link dL_dy is still to be worked out",
            ),
            Step(
                "(y - z)*w2*dh_da*da_dw1",
                "The link `dy_dh`: `y = w2*h`. By how much does `y` grow when `h` grows by 1?",
                _worked_out("dy_dh"),
                "the link dy_dh is still to be worked out",
            ),
            Step(
                "(y - z)*w2*(1 - h**2)*da_dw1",
                "The link `dh_da`: the slope of `tanh` at `a`. It can be written with `h` alone.",
                _worked_out("dh_da"),
                "the link dh_da is still to be worked out",
            ),
            Step(
                "(y - z)*w2*(1 - h**2)*x",
                "The link `da_dw1`: `a = w1*x`, and it is `w1` that moves, not `x`.",
                _worked_out("da_dw1"),
                "the link da_dw1 is still to be worked out",
            ),
        ),
        meanings={
            "dL_dy": "y - z",
            "dy_dh": "w2",
            "dh_da": "1 - h**2",
            "da_dw1": "x",
            "L": "(y - z)**2/2",
            "y": "w2*h",
            "h": "tanh(a)",
            "a": "w1*x",
            "w1": "atanh(h)/x",  # any w1; so numbers for h come out short
        },
        between={"h": (-1, 1)},
        mistakes={
            "The sign is the wrong way round: L grows with y where y is above z, and h with a.": (
                "(z - y)*dy_dh*dh_da*da_dw1"
            ),
            "dL_dy is twice too large: the 1/2 cancels the 2 of the square.": (
                "2*(y - z)*dy_dh*dh_da*da_dw1"
            ),
            "dL_dy is half of what it should be: the 1/2 cancels the 2 of the square.": (
                "(y - z)/2*dy_dh*dh_da*da_dw1"
            ),
            "The loss itself stands there; wanted is its slope dL_dy.": (
                "(y - z)**2/2*dy_dh*dh_da*da_dw1"
            ),
            "The square is still there: dL_dy is no square.": "(y - z)**2*dy_dh*dh_da*da_dw1",
            "The target z is lost: dL_dy depends on how far y is from z.": ("y*dy_dh*dh_da*da_dw1"),
            "The link dL_dy is lost.": "dy_dh*dh_da*da_dw1",
            "The link dy_dh is lost: between h and y stands a weight.": "dL_dy*dh_da*da_dw1",
            "y itself stands in the place of dy_dh.": "dL_dy*y*dh_da*da_dw1",
            "h stands in the place of dy_dh: that is how y changes with w2.": (
                "dL_dy*h*dh_da*da_dw1"
            ),
            "w2 divides; y = w2 h grows by w2 when h grows by 1.": "dL_dy/w2*dh_da*da_dw1",
            "The lower weight w1 stands in the place of the upper one.": "dL_dy*w1*dh_da*da_dw1",
            "The bend is lost: the link dh_da is missing.": "dL_dy*dy_dh*da_dw1",
            "h itself stands in the place of dh_da; wanted is the slope of tanh.": (
                "dL_dy*dy_dh*h*da_dw1"
            ),
            "The slope of tanh is not 1 + h^2.": "dL_dy*dy_dh*(1 + h**2)*da_dw1",
            "The slope of tanh is not 1 - h: a square is missing.": "dL_dy*dy_dh*(1 - h)*da_dw1",
            "The slope of tanh is not (1 - h)^2: only h is squared.": (
                "dL_dy*dy_dh*(1 - h)**2*da_dw1"
            ),
            "h (1 - h) is the slope of the logistic function, not that of tanh.": (
                "dL_dy*dy_dh*h*(1 - h)*da_dw1"
            ),
            "tanh is taken twice: h is tanh(a) already.": ("dL_dy*dy_dh*(1 - tanh(h)**2)*da_dw1"),
            "The slope is that at a, before the bend; h is what comes out of it.": (
                "dL_dy*dy_dh*(1 - a**2)*da_dw1"
            ),
            "The bend is between a and h: its slope is known from h, not from y.": (
                "dL_dy*dy_dh*(1 - y**2)*da_dw1"
            ),
            "The link da_dw1 is lost: w1 reaches a through the input.": "dL_dy*dy_dh*dh_da",
            "a is differentiated by x here; it is w1 that moves.": "dL_dy*dy_dh*dh_da*w1",
            "a itself stands in the place of da_dw1.": "dL_dy*dy_dh*dh_da*a",
            "x divides; a = w1 x grows by x when w1 grows by 1.": "dL_dy*dy_dh*dh_da/x",
            "The links are added; the chain rule multiplies them.": (
                "dL_dy + dy_dh + dh_da + da_dw1"
            ),
            "The slope of the bend and the input are lost: this is the error handed down to h.": (
                "dL_dy*dy_dh"
            ),
            "The upper weight and the slope of the bend are lost.": "dL_dy*da_dw1",
            "A bracket is missing: 1 - h^2 belongs in one.": ("dL_dy*dy_dh - h**2*da_dw1"),
            "A bracket is missing: y - z belongs in one.": "y - z*dy_dh*dh_da*da_dw1",
            "This is the gradient of the upper weight w2; asked is that of w1.": "dL_dy*h",
            "This is 0. So is `diff(L, w1)`, where `L` is only a name: no w1 is in it.": "0",
        },
        meaning="Four links, four factors: w2 hands the error down, the bend weakens it.",
    ),
)
