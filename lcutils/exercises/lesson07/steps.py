"""Lesson 07, core path: the gate as the length of a step in time."""

from __future__ import annotations

from lcutils.checking.data import ExpressionExercise, exponential

ENTRIES = (
    ExpressionExercise(
        "07.input_weight",
        "a b Delta",
        lambda a, b, Delta: b * (1 - exponential(-a * Delta)) / a,
        mistakes={
            "This takes the slope at the start for the whole step: Euler's step, right for a "
            "small Delta only.": lambda a, b, Delta: b * Delta,
            "The state comes to rest where -a c + b x = 0: at b x / a. A division by a is "
            "missing.": lambda a, b, Delta: b * (1 - exponential(-a * Delta)),
            "This is what is kept of the old state.": lambda a, b, Delta: exponential(-a * Delta),
            "This is where the state comes to rest, after a step without end.": (
                lambda a, b, Delta: b / a
            ),
            "What is kept and what is new have changed places.": (
                lambda a, b, Delta: b * exponential(-a * Delta) / a
            ),
            "This is 1 - f; the input now counts b times, and the state rests at b x / a.": (
                lambda a, b, Delta: 1 - exponential(-a * Delta)
            ),
            "b is missing.": lambda a, b, Delta: (1 - exponential(-a * Delta)) / a,
            "The state fades: the exponent is -a Delta, not a Delta.": (
                lambda a, b, Delta: b * (exponential(a * Delta) - 1) / a
            ),
            "The sign is the wrong way round: a positive input raises the state.": (
                lambda a, b, Delta: b * (exponential(-a * Delta) - 1) / a
            ),
            "The exponent is -a Delta, and what is kept is taken from 1: this grows below 0.": (
                lambda a, b, Delta: b * (1 - exponential(a * Delta)) / a
            ),
            "This is what is kept of an input that came whole at the start of the step.": (
                lambda a, b, Delta: b * exponential(-a * Delta)
            ),
            "a is missing in the exponent.": lambda a, b, Delta: b * (1 - exponential(-Delta)) / a,
            "Delta is missing in the exponent.": lambda a, b, Delta: b * (1 - exponential(-a)) / a,
            "a divides; the faster the state fades, the less is left of an input.": (
                lambda a, b, Delta: a * b * (1 - exponential(-a * Delta))
            ),
            "Euler's step, and a is in it twice: the slope at the start is b x.": (
                lambda a, b, Delta: a * b * Delta
            ),
            "The input comes all through the step: not all of it fades by exp(-a Delta).": (
                lambda a, b, Delta: b * Delta * exponential(-a * Delta)
            ),
            "This is b: an input that comes all at once.": lambda a, b, Delta: b,
            "This is Euler's factor for the old state.": lambda a, b, Delta: 1 - a * Delta,
            "Where the state rests is b x / a, not a x / b.": (
                lambda a, b, Delta: a * (1 - exponential(-a * Delta)) / b
            ),
            "b decides where the state rests, not how fast it fades: it is not in the exponent.": (
                lambda a, b, Delta: b * (1 - exponential(-b * Delta)) / a
            ),
        },
        hints=(
            "Write `-a c + b x` as `a (x' - c)`. What is `x'`?",
            "So it is the same law, with `x' = b x / a` in the place of `x`.",
        ),
        example=("1", "2", "1"),
        meaning="For a small Delta it is b Delta, less a part of the order Delta^2.",
    ),
)
