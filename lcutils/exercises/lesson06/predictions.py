"""Lesson 06: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction, Range

_PART = Range(0, 1.2, "0 is perfect, and to say the mean always has 1")

ENTRIES = (
    Prediction(
        "06.nudge",
        "By how much does h_3 grow? Work it out, or guess.",
        numbers=1,
        ranges=(Range(-1, 1, "w grows by 0.01, and h_3 by much less than 1"),),
    ),
    Prediction(
        "06.reach",
        "How many times as long as at the end is the error 50 steps back, for each of the three? "
        "Give whole powers of ten: -3 for a thousandth, 0 for as long, 2 for a hundred times.",
        numbers=3,
        ranges=(
            Range(
                -60,
                60,
                "Powers of ten are wanted, whole ones: -3 for a thousandth, 0 for as long, 2 for "
                "a hundred times",
                is_whole=True,
            ),
        ),
    ),
    Prediction(
        "06.tension",
        "Which part stays unexplained: the sum asked for the marked numbers, fading asked for "
        "them; the sum asked for the newest five, fading asked for them? "
        "0 is perfect, 1 is to say the mean always.",
        numbers=4,
        ranges=(_PART,),
    ),
    Prediction(
        "06.turn",
        "Asked for the newest five, which part does each of the two leave unexplained? "
        "0 is perfect, 1 is to say the mean always.",
        numbers=2,
        ranges=(_PART,),
    ),
    Prediction(
        "06.cut",
        "Which part stays unexplained, in each of the three? "
        "0 is perfect, 1 is to say the mean always.",
        numbers=3,
        ranges=(_PART,),
    ),
)
