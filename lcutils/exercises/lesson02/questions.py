"""Lesson 02: the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "02.exit_mean",
        "A vector v is pulled to three fixed vectors x_1, x_2, x_3: the loss is the sum of "
        "a_i ||v - x_i||^2, all a_i > 0. Where does v come to rest?",
        {
            "a": Choice(
                "at the x_i with the largest a_i",
                "The other two still pull there: the slope is not zero.",
            ),
            "b": Choice(
                "nowhere: the three never agree",
                "They never agree, but at one place the three pulls add up to zero.",
            ),
            "c": Choice(
                "at the mean, weighted by a_i",
                "The pulls a_i (x_i - v) add up to zero there: sum a_i x_i / sum a_i.",
            ),
            "d": Choice(
                "at the mean, whatever the a_i are",
                "That is right only if all a_i are equal.",
            ),
        },
        right="c",
    ),
    Question(
        "02.exit_both",
        "Word vectors v and context vectors u are both trained to bring down ||v_w - u_c||^2, "
        "summed over all pairs seen. Where is this loss lowest?",
        {
            "a": Choice(
                "where only similar words are near",
                "Nothing in this loss pushes two vectors apart.",
            ),
            "b": Choice(
                "where v_w . u_c is the PMI of the pair",
                "That is the optimum of SGNS, which has noise pairs, too. Here there are none.",
            ),
            "c": Choice(
                "where frequent words are near, rare far",
                "A rare word is pulled less often, but to the same place.",
            ),
            "d": Choice(
                "where all vectors that met are equal",
                "There the loss is 0. In most texts chains of such pairs lead to all words: then "
                "all have one vector.",
            ),
        },
        right="d",
    ),
    Question(
        "02.exit_optimum",
        "SGNS is trained to the end, with as many dimensions as words. One pair (w, c) is seen "
        "exactly as often as by chance. What is v_w . u_c, with 5 noise words to a pair?",
        {
            "a": Choice(
                "about -1.6, which is -log 5",
                "The PMI is 0 there, and the optimum is PMI - log n_neg.",
            ),
            "b": Choice(
                "about +1.6, which is +log 5",
                "The sign is wrong: more noise lowers the score.",
            ),
            "c": Choice(
                "about 0, the PMI of the pair",
                "The PMI is 0, but there are five noise pairs for one real pair of this kind.",
            ),
            "d": Choice(
                "none: it keeps falling for ever",
                "That happens to a pair that is never seen: its PMI is -inf.",
            ),
        },
        right="a",
    ),
    Question(
        "02.exit_tables",
        "A word may be its own context, and n_neg is 5. What can two tables do that one, for "
        "words and contexts alike, cannot?",
        {
            "a": Choice(
                "be trained with negatives at all",
                "One can be trained, too, and even its neighbours are good.",
            ),
            "b": Choice(
                "average their scores below zero",
                "PMI - log n_neg does. With one table the average, weighed by frequency, is the "
                "square of a length.",
            ),
            "c": Choice(
                "tell two senses of a word apart",
                "Two tables cannot, either: there is one v for each spelling.",
            ),
            "d": Choice(
                "give similar words like vectors",
                "So can one: on this text it finds about as many of the forms with s.",
            ),
        },
        right="b",
    ),
)
