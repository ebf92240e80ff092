"""Lesson 06: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction, Range

ENTRIES = (
    Prediction(
        "06.nudge",
        "By how much does h_3 grow? Work it out, or guess.",
        numbers=1,
        ranges=(Range(-1, 1, "w grows by 0.01, and h_3 by much less than 1"),),
    ),
    Prediction(
        "06.reach",
        "What part of the error is left 50 steps back, for each of the three? "
        "Give powers of ten: -3 for a thousandth, 2 for a hundred times as much.",
        numbers=3,
        ranges=(Range(-60, 60, "From -60, nothing at all, to 60"),),
    ),
    Prediction(
        "06.tension",
        "Which part of the error is left: the sum asked for the marked numbers, fading asked for "
        "them; the sum asked for the newest five, fading asked for them? "
        "0 is perfect, 1 is to say the mean always.",
        numbers=4,
        ranges=(Range(0, 1, "0 is perfect, and to say the mean always has 1"),),
    ),
    Prediction(
        "06.cut",
        "Which part of the error is left, in each of the three? "
        "0 is perfect, 1 is to say the mean always.",
        numbers=3,
        ranges=(Range(0, 1.2, "0 is perfect, and to say the mean always has 1"),),
    ),
)
