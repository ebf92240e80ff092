"""Lesson 08: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction, Range

ENTRIES = (
    Prediction(
        "08.one_pair",
        "The cache holds one pair $(k, v)$ only. The query is $q = -k$, the opposite of what is "
        "stored. What comes back?",
        choices=("0", "v", "-v", "something between"),
    ),
    Prediction(
        "08.unscaled",
        "16 keys of 64 normal entries each, a query of the same kind, and no factor: which share "
        "of the weight does the largest of the 16 get? (If all were alike, each would get 0.06.)",
        numbers=1,
        ranges=(Range(0.06, 1, "The largest of 16 shares lies between 0.06 and 1: 90 % is 0.9"),),
    ),
    Prediction(
        "08.unit_keys",
        "64 pairs are stored. Which of the four memories gives back the fewest?",
        choices=("the sum", "1/sqrt(K)", "sqrt(K)", "K"),
    ),
    Prediction(
        "08.same_numbers",
        "Which gives back more pairs?",
        choices=("the sum", "the cache"),
    ),
)
