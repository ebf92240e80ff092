"""Lesson 09: the recall question, and the questions on the way and at the end."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "09.recall_order",
        "Lesson 08: the first 49 pairs of a cache are shuffled, and token 50 asks again. What "
        "changes in what it reads?",
        {
            "a": Choice(
                "the weights: the newest weighs most",
                "A weight comes from q . k alone; no place stands in it.",
            ),
            "b": Choice(
                "nothing: it reads a sum over pairs",
                "Each pair keeps its weight and its value, and a sum has no order.",
            ),
            "c": Choice(
                "its scale, since other keys are near",
                "All keys are compared with q, wherever they lie.",
            ),
            "d": Choice(
                "the values, which have moved as well",
                "They moved together with their keys, so each has the weight it had.",
            ),
        },
        right="b",
    ),
    Question(
        "09.exit_switch",
        "You take a trained BERT, put a causal mask into all its blocks, and let it name the next "
        "token. What is wrong?",
        {
            "a": Choice(
                "its blocks have other shapes than GPT's do",
                "A mask has no parameters: shapes and counts stay as they are.",
            ),
            "b": Choice(
                "nothing is: the mask is all that differs",
                "It is nearly all that differs in the code. The weights were learned for another "
                "question, and with both sides in view.",
            ),
            "c": Choice(
                "it has learned to answer another question",
                "Its weights answer: what stands here, given both sides? Code and weights are "
                "two things.",
            ),
            "d": Choice(
                "it has no places, so it knows no next one",
                "BERT learns a vector for each place.",
            ),
        },
        right="c",
    ),
    Question(
        "09.exit_bits",
        "Say an encoder pays 1.9 bits for a hidden letter, a decoder 2.4 for the next one. A text "
        "is to be packed into few bits, so that it can be read back letter by letter. Who packs "
        "better?",
        {
            "a": Choice(
                "the encoder, with 1.9 bits for a letter",
                "Whoever unpacks has no right side yet: those answers cannot be had then.",
            ),
            "b": Choice(
                "the decoder: its bits add up to a text's",
                "By the chain rule. The encoder's answers each see the other letters.",
            ),
            "c": Choice(
                "both, as each is asked for every letter",
                "Asked for, yes; but the encoder has been shown all the others.",
            ),
            "d": Choice(
                "neither does, for both of them can only guess",
                "A good guess is what saves bits: -log2 p for each letter.",
            ),
        },
        right="b",
    ),
)
