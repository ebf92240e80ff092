"""Lesson 01: what a reader guesses before the result is shown."""

from __future__ import annotations

from lcutils.checking.data import Prediction, Range

_OF_FOUR = Range(0, 4, "There are four pairs", is_whole=True)
_OF_SOME_THOUSAND = Range(1, 3_500, "There are some three thousand of them", is_whole=True)
_OF_200 = Range(0, 200, "There are 200 merges", is_whole=True)

ENTRIES = (
    Prediction(
        "01.stop_pairs",
        "In how many of the four pairs are the two sentences the same once the stop words are "
        "gone?",
        numbers=1,
        ranges=(_OF_FOUR,),
    ),
    Prediction(
        "01.half",
        "How many of these different words, the most frequent ones, make up half of the text?",
        numbers=1,
        ranges=(_OF_SOME_THOUSAND,),
    ),
    Prediction(
        "01.never_made",
        "200 merges are learned from uncut text. How many of them can an encoder that cuts never "
        "make?",
        numbers=1,
        ranges=(_OF_200,),
    ),
)
