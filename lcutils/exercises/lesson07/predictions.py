"""Lesson 07: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import SHARE, Prediction, Range

ENTRIES = (
    Prediction(
        "07.fade",
        "With the best gamma, what is the mean square error of the fading memory? "
        "0 is perfect; who always says 0 has 1.",
        numbers=1,
        ranges=(Range(0, 1, "Always to say 0 has the error 1, and none is below 0"),),
    ),
    Prediction(
        "07.vanishes",
        "Of the gradient at the last token, what part is left 50 tokens earlier? "
        "Give the power of ten: -3 for a thousandth.",
        numbers=1,
        ranges=(Range(-60, 3, "From -60, nothing at all, to 3, a thousand times as much"),),
    ),
    Prediction(
        "07.held",
        "Which share does each get right, in the order of the list? Guessing has 0.125.",
        numbers=4,
        ranges=(SHARE,),
    ),
)
