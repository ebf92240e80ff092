"""Lesson 11: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import COUNT, SHARE, Prediction

ENTRIES = (
    Prediction(
        "11.parity",
        "Which memory can do it, with keys, values and strengths of your choice?",
        choices=(
            "the sum",
            "a sum that fades",
            "the delta rule with beta up to 1",
            "the delta rule with beta up to 2",
        ),
    ),
    Prediction(
        "11.capacity",
        "Which gives back more of 64 pairs, and of 128?",
        choices=("the sum", "the delta rule", "both alike"),
    ),
    Prediction(
        "11.half",
        "Will more of 64 random pairs be given back than with beta = 1, or fewer?",
        choices=("more", "fewer"),
    ),
    Prediction(
        "11.rewritten",
        "Which share of the newer values does the sum give, which the delta rule, which least "
        "squares?",
        numbers=3,
        ranges=(SHARE,),
    ),
    Prediction(
        "11.scan",
        "How many times as many multiplications as one step does one joining take?",
        numbers=1,
        ranges=(COUNT,),
    ),
    Prediction(
        "11.learned",
        "In which share does the sum answer with the newest value, in which the delta rule?",
        numbers=2,
        ranges=(SHARE,),
    ),
)
