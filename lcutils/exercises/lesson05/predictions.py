"""Lesson 05: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import COUNT, Prediction, Range

ENTRIES = (
    Prediction(
        "05.order",
        "Do they end in the same state, or in different ones?",
        choices=("same", "different"),
    ),
    Prediction(
        "05.recall",
        "A sum of d = 64 numbers stores T words. Up to which T is the answer right nine times "
        "in ten? Guess, or work it out.",
        numbers=1,
        ranges=(COUNT,),
    ),
    Prediction(
        "05.overwrite",
        'Right after "Ann: Rome", how strongly does Ann\'s key still read Oslo: in the sum, and '
        "under the delta rule? Two numbers, 1 for in full, 0 for not at all.",
        numbers=2,
        ranges=(Range(0, 1, "It reads from 0, not at all, to 1, in full"),),
    ),
    Prediction("05.shrink", "What becomes of W, of R and of the recall?"),
)
