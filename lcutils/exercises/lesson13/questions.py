"""Lesson 13: the recall questions, the figure read once more, and the exit question."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "13.recall_sum",
        "Lesson 05: a sum of d numbers holds the random keys of T words. What happens as T grows?",
        {
            "a": Choice(
                "each word is read with more noise",
                "Each further word blurs all words alike: the variance is (T - 1)/d.",
            ),
            "b": Choice(
                "the oldest words fall out of the sum",
                "That is decay. A sum treats old and new alike.",
            ),
            "c": Choice(
                "all goes well until T passes d",
                "There is no edge: noise grows from the second word on.",
            ),
            "d": Choice(
                "the newest words fail to get in",
                "A sum writes each word with the same weight.",
            ),
        },
        right="a",
    ),
    Question(
        "13.recall_lag",
        "Lessons 06 and 07: what do copying, adding and temporal order ask of a memory?",
        {
            "a": Choice(
                "to keep many things apart at once",
                "There are one or two. Many at once is what this lesson asks for.",
            ),
            "b": Choice(
                "to keep a few things for long",
                "Time is scarce there, room is not. In this lesson it is the other way round.",
            ),
            "c": Choice(
                "to find one thing by its key",
                "Nothing is asked by a key there: what counts is marked. Keys come in this lesson.",
            ),
            "d": Choice(
                "to keep everything that it read",
                "All that is not marked may go there, and should.",
            ),
        },
        right="b",
    ),
    Question(
        "13.three_claims",
        "Three of these claims are true of the figure. Which one is false?",
        {
            "a": Choice(
                "beyond 256 numbers the sum gains little",
                "That is true: it stays at three quarters.",
            ),
            "b": Choice(
                "attention is right with the fewest numbers",
                "It is the false one: the delta rule is, where the world has 32 keys; attention "
                "needs more than twice as many.",
            ),
            "c": Choice(
                "no window drawn reaches decay with 128 numbers",
                "That is true: of 24 tokens the longest sees 20, and with each question one fewer.",
            ),
            "d": Choice(
                "the LSTM answers fewer than one in four",
                "That is true, and at 250 steps little better than naming any value that it saw.",
            ),
        },
        right="b",
    ),
    Question(
        "13.exit",
        "A model will read lists in which each price is updated many times, and will be asked for "
        "today's. Its state must stay small. Which memory would you try first?",
        {
            "a": Choice(
                "a sum, with a state twice as large",
                "In one block its size does not help: old and new prices stay in it with "
                "equal weight.",
            ),
            "b": Choice(
                "attention over the last 16 tokens",
                "A price that was last updated earlier than that is gone.",
            ),
            "c": Choice(
                "the delta rule, which overwrites a key",
                "It reads what the key brings back, and writes the difference.",
            ),
            "d": Choice(
                "any of these, since all hold n log2 N bits",
                "The bound says what is possible, not what a rule of writing does.",
            ),
        },
        right="c",
    ),
)
