"""Lesson 06: the recall question and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "06.recall_error",
        "Lesson 03: y = W h, and the outputs have the error g. What is the error at h?",
        {
            "a": Choice(
                "W, times the column g",
                "W takes values up, from h to y. Down again each h_j adds what it has caused.",
            ),
            "b": Choice(
                "g, times h transposed",
                "That table is the gradient of W: error times input.",
            ),
            "c": Choice(
                "W transposed, times g",
                "h_j reaches every output i with W_ij, so it has the sum of W_ij g_i.",
            ),
            "d": Choice(
                "g as it is: W is linear",
                "A change of h_j moves y_i by W_ij times as much.",
            ),
        },
        right="c",
    ),
    Question(
        "06.exit_detach",
        "A text is read in pieces, with state = state.detach() between them. "
        "What has no part in the last piece's gradient of the weights?",
        {
            "a": Choice(
                "what they did when the last piece was read",
                "All of that is in the last piece, and the gradient goes there.",
            ),
            "b": Choice(
                "how the read-out reads what an early piece left",
                "That is in the state: the loss teaches how to read it.",
            ),
            "c": Choice(
                "the values that an early piece left in the state",
                "They are the input of the last piece: error times input has them in it.",
            ),
            "d": Choice(
                "what they did while an early piece was read",
                "No error comes there. The values that it left still count, as inputs.",
            ),
        },
        right="d",
    ),
    Question(
        "06.exit_same_factor",
        "A state of one number keeps a fixed part gamma of itself at each step. "
        "Why can no gamma be good for all texts?",
        {
            "a": Choice(
                "near 1 it learns from far, and what is stale stays",
                "The error far back and the fact far back have the same factor, gamma^n.",
            ),
            "b": Choice(
                "near 1 its gradients explode, and near 0 they vanish",
                "A gamma of at most 1 makes nothing explode.",
            ),
            "c": Choice(
                "near 0 it learns from far, but has no room for facts",
                "Near 0 an error is gone after a few steps.",
            ),
            "d": Choice(
                "near 1 the order is lost, and with it every fact",
                "A sum loses the order, and keeps every fact.",
            ),
        },
        right="a",
    ),
)
