"""Lesson 03: the recall question and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "03.recall_embedding",
        "Each word vector is moved towards those of its neighbours, which are learned too, and "
        "there is no other rule. Where does this end, if the text connects all words?",
        {
            "a": Choice(
                "similar words form groups apart",
                "Groups stay apart only if something pushes. This rule only pulls.",
            ),
            "b": Choice(
                "each word has a place of its own",
                "Nothing holds two words apart: neighbours are pulled until they meet.",
            ),
            "c": Choice(
                "all words have the same vector",
                "A pull ends only where two neighbours are equal, and the text connects all words.",
            ),
            "d": Choice(
                "all vectors grow without bound",
                "The rule only pulls vectors together: none goes further out than the "
                "furthest was.",
            ),
        },
        right="c",
    ),
    Question(
        "03.exit_direction",
        "y = tanh(w x), with the loss 1/2 (y - z)^2. Now y is too small, and x is negative. "
        "Which way does a gradient step move w?",
        {
            "a": Choice(
                "down, since x is negative",
                "y - z and x are both negative, so the gradient is positive, and the step goes "
                "against it. A smaller w makes w x larger.",
            ),
            "b": Choice(
                "up, since y is too small",
                "That is the shortcut y - z. With a negative x a larger w makes y smaller still.",
            ),
            "c": Choice(
                "that depends on the sign of w",
                "w has its part in y, but once y is known, only y - z and x give the sign.",
            ),
            "d": Choice(
                "that depends on tanh's slope",
                "The slope 1 - y^2 is always positive: it makes the step smaller, but never "
                "turns it round.",
            ),
        },
        right="a",
    ),
    Question(
        "03.exit_chain",
        "a = W1 x, h = tanh(a), y = W2 h. Going back from the error y - z to the gradient of W1, "
        "what is the error multiplied by before x?",
        {
            "a": Choice(
                "by tanh's slope at a, then by W2^T",
                "The right factors in the wrong order: from y back to W1, W2 is met first.",
            ),
            "b": Choice(
                "by W2^T alone, y being linear",
                "The output is linear, but h is not: near 1 or -1 it hardly answers a change of a.",
            ),
            "c": Choice(
                "by tanh's slope at a alone",
                "Then every h would act on y alike; W2 says how much each does.",
            ),
            "d": Choice(
                "by W2^T, then by tanh's slope",
                "W2^T gives each hidden unit its share of the error, and the slope says how "
                "strongly h answers a small change of a.",
            ),
        },
        right="d",
    ),
    Question(
        "03.exit_concat",
        "A layer reads words side by side. It was trained on sentences that start at word 1; "
        "now they start at word 2. Why can its answers go wrong?",
        {
            "a": Choice(
                "it has too few weights for this",
                "It has many, a block for each place. That is the trouble: none is shared.",
            ),
            "b": Choice(
                "every word meets other weights",
                "Each place has its own block of W, and what was learned at one place is not "
                "known at the next.",
            ),
            "c": Choice(
                "the layer does not see any order",
                "A layer that sees no order would give the same answer. "
                "This one minds the place of a word all too much.",
            ),
            "d": Choice(
                "its gradients are too small here",
                "No gradient is needed to answer: the weights are as they were.",
            ),
        },
        right="b",
    ),
)
