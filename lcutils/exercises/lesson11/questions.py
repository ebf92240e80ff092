"""Lesson 11: the recall questions and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "11.recall_cross",
        "Lesson 10: a matrix holds a sum of pairs. What comes back for the first key?",
        {
            "a": Choice(
                "its own value, and exactly so",
                "Only if the other keys are orthogonal to it.",
            ),
            "b": Choice(
                "the mean of all the values",
                "The weights k_i . k_1 differ, and add up to anything.",
            ),
            "c": Choice(
                "the value that was written last",
                "A sum does not know which write was the last.",
            ),
            "d": Choice(
                "its value, and a bit of others",
                "Each other value comes back with the weight k_i . k_1: cross-talk.",
            ),
        },
        right="d",
    ),
    Question(
        "11.recall_step",
        "Lesson 05: which loss makes a memory read before it writes?",
        {
            "a": Choice(
                "1/2 ||S^T k - v||^2, the error",
                "Its gradient contains S^T k, what the key brings back now.",
            ),
            "b": Choice(
                "-v . (S^T k), the negative agreement",
                "Its gradient is -k v^T: S is not in it.",
            ),
            "c": Choice(
                "1/2 ||c_t - c_(t+1)||^2, the change",
                "With c_(t+1) = c_t + W x the state cancels.",
            ),
            "d": Choice(
                "1/2 ||S||^2, the size of the state",
                "That makes it fade, whatever the key is.",
            ),
        },
        right="a",
    ),
    Question(
        "11.exit_when",
        "In which case does a sum recall more than the delta rule with beta = 1?",
        {
            "a": Choice(
                "keys that come back with new values",
                "The sum then holds old and new with equal weight.",
            ),
            "b": Choice(
                "many random keys, each written once",
                "Each write of the delta rule erases a little of the older pairs.",
            ),
            "c": Choice(
                "keys that are all strongly alike, any two",
                "Every read-out of the sum then hears all the values.",
            ),
            "d": Choice(
                "orthonormal keys, each written one time",
                "Then the two rules write the same.",
            ),
        },
        right="b",
    ),
    Question(
        "11.exit_fit",
        "Least squares fits all pairs as well as a matrix can. Why does it not know the newer of "
        "two values?",
        {
            "a": Choice(
                "it needs orthogonal keys for that",
                "With orthogonal keys as well it fits the mean of the two.",
            ),
            "b": Choice(
                "it forgets the pairs written last",
                "It forgets none: that is the trouble.",
            ),
            "c": Choice(
                "its loss does not know the order",
                "All pairs weigh the same, so the mean of the two is the best fit.",
            ),
            "d": Choice(
                "it has too few numbers to fit them",
                "It has enough: with one value a key it would fit all 32 exactly.",
            ),
        },
        right="c",
    ),
)
