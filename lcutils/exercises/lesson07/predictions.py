"""Lesson 07: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import SHARE, Prediction, Range

ENTRIES = (
    Prediction(
        "07.fade",
        "With the best gamma, what is the mean square error of the fading memory? "
        "0 is perfect; it is divided by the error of always saying 0, which so has 1.",
        numbers=1,
        ranges=(Range(0, 1, "Always to say 0 has the error 1, and none is below 0"),),
    ),
    Prediction(
        "07.vanishes",
        "64 cells read 64 numbers a token. Of the last output's gradient by the last token, what "
        "part is left in that by the token 50 earlier? Give the power of ten: -3 for a thousandth.",
        numbers=1,
        ranges=(
            Range(
                -60,
                3,
                "Only the power is wanted, a whole number: -3 for a thousandth, 0 for all of it",
                is_whole=True,
            ),
        ),
    ),
    Prediction(
        "07.held",
        "Which share does each get right, in the order of the list? Guessing has 0.125.",
        numbers=5,
        ranges=(SHARE,),
    ),
)
