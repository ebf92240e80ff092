"""Lesson 12: what a reader guesses before the result is shown."""

from __future__ import annotations

import math

from lcutils.checking.data import SHARE, Prediction, Range

ENTRIES = (
    Prediction(
        "12.five",
        "Which state gives back its pairs with the smaller error?",
        choices=("five steps", "one step", "both alike"),
    ),
    Prediction(
        "12.order",
        "Which share of 64 pairs does each recall: the sum, the delta rule, the list read five "
        "times, least squares?",
        numbers=4,
        ranges=(SHARE,),
    ),
    Prediction(
        "12.gates",
        "What are they after training, on average: lr at key tokens, lr at value tokens, decay, "
        "momentum?",
        numbers=4,
        ranges=(Range(0, 1, "Each of them lies between 0 and 1: 2 % is 0.02"),),
    ),
    Prediction(
        "12.forgetting",
        "Of 32 keys with two values each, for which share does least squares that forgets name "
        "the newer one?",
        numbers=1,
        ranges=(SHARE,),
    ),
    Prediction("12.gated", "Is it such a step?", choices=("yes", "no")),
    Prediction(
        "12.prose",
        "How large is the surprise in the 32 words after that?",
        numbers=1,
        ranges=(Range(0, math.inf, "A surprise is a squared length: not below 0"),),
    ),
    Prediction(
        "12.bend",
        "Will it give back more pairs than the matrix, or fewer?",
        choices=("more", "fewer"),
    ),
)
