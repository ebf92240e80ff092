"""Lesson 07: the recall question and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "07.recall_fading",
        "Lesson 05: a state fades by gamma = 0.97 at each step. What does that cost a word?",
        {
            "a": Choice(
                "it is lost after 33 steps",
                "After 33 steps 0.37 of it is left: each step takes 3 % of the rest.",
            ),
            "b": Choice(
                "half of it in 23 steps",
                "0.97^23 is 0.50, and after as many steps again a quarter is left.",
            ),
            "c": Choice(
                "less, if it matters more",
                "The factor is the same for all words: it knows nothing of them.",
            ),
            "d": Choice(
                "nothing, if it is alone",
                "It fades whatever comes after it, also when nothing does.",
            ),
        },
        right="b",
    ),
    Question(
        "07.exit_first",
        "A state of one number has a gate that reads x alone, c = f(x) c + (1 - f(x)) x. "
        "Which task is beyond it?",
        {
            "a": Choice(
                "to hold the marked number that came last",
                "A gate that is 0 at a mark and 1 elsewhere does it.",
            ),
            "b": Choice(
                "to hold the marked number that came first",
                "At a second mark the gate must be 1, at a first one 0; but it sees the same x.",
            ),
            "c": Choice(
                "to average all numbers, the new ones most",
                "A gate that is the same for every x does it: the fading memory.",
            ),
            "d": Choice(
                "to start again at zero when a text has ended",
                "If the end is a word of its own with x = 0, a gate that is 0 there does it.",
            ),
        },
        right="b",
    ),
    Question(
        "07.exit_solved",
        '"An LSTM has no vanishing gradients." What is true of it?',
        {
            "a": Choice(
                "true: a cell is a sum, so nothing is ever lost",
                "Before it is added to, the cell is multiplied by f.",
            ),
            "b": Choice(
                "false: tanh shrinks the cell at every single step",
                "The tanh stands in the read-out h; from cell to cell there is f.",
            ),
            "c": Choice(
                "true while its forget gates stay near to one",
                "With gates near one half 50 steps leave next to nothing, and so it is made.",
            ),
            "d": Choice(
                "false: its gates make all gradients explode at last",
                "A gate is at most 1: straight from cell to cell a gradient shrinks or holds.",
            ),
        },
        right="c",
    ),
)
