"""Lesson 09: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import SHARE, Prediction, Range

_TOKENS = Range(0, 3, "There are three tokens: a whole number from 0 to 3", is_whole=True)

ENTRIES = (
    Prediction(
        "09.changed",
        'In "dog bites man" the last word becomes "dog". How many of the three tokens leave the '
        "block with other numbers: with the mask, and without it?",
        numbers=2,
        ranges=(_TOKENS,),
    ),
    Prediction(
        "09.order",
        'The model is told nothing of places. In which does "bites" leave the blocks with the '
        'same numbers in "dog bites man" and in "man bites dog"?',
        choices=("both", "only with the mask", "only without the mask", "neither"),
    ),
    Prediction(
        "09.torch",
        "GPT is called a decoder. Which layer of torch.nn is its block?",
        choices=("nn.TransformerDecoderLayer", "nn.TransformerEncoderLayer"),
    ),
    Prediction(
        "09.cities",
        "Both words are hidden, and the encoder knows this table exactly. Each of the two is "
        "drawn from its own answer. What share of the pairs is a city?",
        numbers=1,
        ranges=(SHARE,),
    ),
    Prediction(
        "09.gap",
        "Who needs the fewest bits for the hidden letter?",
        choices=("decoder from the left", "encoder", "decoder by trying", "counts"),
    ),
    Prediction(
        "09.copies",
        "Of the letters that follow on a jump, in texts not seen before, what share does each name "
        "right: one block after 600 steps, and two blocks after 300?",
        numbers=2,
        ranges=(SHARE,),
    ),
)
