"""Lesson 01: the recall question and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "01.recall_memory",
        "Lesson 00: what does a language model know of the text that it has read so far?",
        {
            "a": Choice(
                "every word, as it was read",
                "Only a cache keeps every word, and it grows with the text.",
            ),
            "b": Choice(
                "what its memory carries along",
                "Whatever the memory, a cache or a state, did not take in is lost.",
            ),
            "c": Choice(
                "what its weights have learned",
                "The weights stay as they are while it reads; they know other texts.",
            ),
            "d": Choice(
                "the last word and nothing else",
                "That was the smallest model there, the one that only counts.",
            ),
        },
        right="b",
    ),
    Question(
        "01.exit_unknown",
        'A reader with 1,000 byte pairs meets "unputdownable", which was in none of its texts. '
        "What comes out?",
        {
            "a": Choice(
                "nothing: the word is left out",
                "No rule of it drops anything: its bytes are tokens already.",
            ),
            "b": Choice(
                "one token that says: unknown",
                "That is what a table of words gives; here no text is unknown.",
            ),
            "c": Choice(
                "several tokens for its parts",
                "It falls into parts that were learned, and into bytes where none was.",
            ),
            "d": Choice(
                "a new token for the whole word",
                "Merges are learned before, and not while it reads.",
            ),
        },
        right="c",
    ),
    Question(
        "01.exit_merges",
        "Two readers have the same merges, but one cuts a text into words first, and the other "
        "does not. What can differ?",
        {
            "a": Choice(
                "nothing: the merges decide all",
                "A merge across a word's end is made by one of them only.",
            ),
            "b": Choice(
                "the text that comes back",
                "Both put the same bytes together again: the text comes back either way.",
            ),
            "c": Choice(
                "the numbers of the merges",
                "They are given with the merges: pair m is 256 + m in both.",
            ),
            "d": Choice(
                "the tokens that they make",
                "One may join what the other never sees side by side.",
            ),
        },
        right="d",
    ),
)
