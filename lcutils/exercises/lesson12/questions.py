"""Lesson 12: the recall questions and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "12.recall_delta",
        "Lesson 11: why does the delta rule forget pairs that nobody rewrote?",
        {
            "a": Choice(
                "it fades all of S at each token",
                "It leaves what is at right angles to the key as it is.",
            ),
            "b": Choice(
                "it has only K places for keys",
                "There are no places; any key can be written.",
            ),
            "c": Choice(
                "a write erases a bit of like keys",
                "Of a it erases beta (a.b)^2, unless a and b are orthogonal.",
            ),
            "d": Choice(
                "its values grow with each new write",
                "For beta up to 2/||k||^2 nothing grows.",
            ),
        },
        right="c",
    ),
    Question(
        "12.recall_layer",
        "Lesson 10: a layer was trained by plain gradient steps. What can replace its weights?",
        {
            "a": Choice(
                "attention over its examples",
                "W^T q is W_0^T q plus a sum over examples, weighted by x.q.",
            ),
            "b": Choice(
                "the mean of all its examples",
                "The weights x.q depend on the question.",
            ),
            "c": Choice(
                "the last of the examples alone",
                "Each example left its outer product.",
            ),
            "d": Choice(
                "nothing, as a loss is not linear",
                "Whatever the loss, its gradient is an outer product g x^T.",
            ),
        },
        right="a",
    ),
    Question(
        "12.name_loss",
        "A memory is updated by S - lr k (S^T k - v)^T - lr lam S. On which loss is this a step?",
        {
            "a": Choice(
                "-v . (S^T k) + lam/2 ||S||^2",
                "Its gradient is -k v^T + lam S: it never looks.",
            ),
            "b": Choice(
                "1/2 ||S^T k - v||^2 + lam ||S||^2",
                "Its gradient has 2 lam S.",
            ),
            "c": Choice(
                "1/2 ||S^T k - v||^2, for (1 - lam) S",
                "Then the gradient would be taken at the faded state.",
            ),
            "d": Choice(
                "1/2 ||S^T k - v||^2 + lam/2 ||S||^2",
                "The error's gradient, and lam S from the size.",
            ),
        },
        right="d",
    ),
    Question(
        "12.exit_steps",
        "A matrix memory takes ten gradient steps on each new pair, where another takes one. "
        "What has it gained?",
        {
            "a": Choice(
                "ten times as many pairs fit in",
                "The state is as large as before.",
            ),
            "b": Choice(
                "no more than another beta would",
                "m steps on one pair are one delta step with 1 - (1 - beta k.k)^m over k.k.",
            ),
            "c": Choice(
                "it comes near the best fit of all",
                "For that it would have to see the old pairs again.",
            ),
            "d": Choice(
                "the older pairs are remembered longer",
                "Rather less long: each write erases more.",
            ),
        },
        right="b",
    ),
)
