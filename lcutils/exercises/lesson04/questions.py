"""Lesson 04: the recall question and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "04.recall_network",
        "Softmax gives three words 0.7, 0.2 and 0.1, and the second one came. "
        "The loss is the cross-entropy. Which way does a gradient step move their scores?",
        {
            "a": Choice(
                "up, up, up",
                "The slopes p - t are 0.7, -0.8 and 0.1: they add up to 0, so some go down.",
            ),
            "b": Choice(
                "down, up, down",
                "The slopes p - t are 0.7, -0.8 and 0.1, and the step goes against them.",
            ),
            "c": Choice(
                "no move, up, no move",
                "All scores stand in the sum of the softmax: a word that did not come has the "
                "slope p.",
            ),
            "d": Choice(
                "up, down, up",
                "That is along the slopes p - t, and makes the loss larger; a step goes against "
                "them.",
            ),
        },
        right="b",
    ),
    Question(
        "04.exit_temperature",
        "Which temperature turns the temperature off, so that the model writes with the "
        "probabilities that it has learned?",
        {
            "a": Choice(
                "0, since nothing is heated then",
                "Towards 0 all goes to the most likely word: the same word in the same place, "
                "always.",
            ),
            "b": Choice(
                "1, since scores are divided by it",
                "A score divided by 1 is the score itself.",
            ),
            "c": Choice(
                "none: it always changes something",
                "There is a number by which one can divide and change nothing.",
            ),
            "d": Choice(
                "a very large one",
                "All scores then go to 0, and every word is equally likely.",
            ),
        },
        right="b",
    ),
    Question(
        "04.exit_case",
        "What follows from the log and the program together?",
        {
            "a": Choice(
                "there were ten classes: 2.3036 is ln 10",
                "It is near ln 10, but an epoch of training had passed: what a trained model pays "
                "does not count its outputs.",
            ),
            "b": Choice(
                "with two classes 85.57 % at a loss of 1.5556 is impossible",
                "One answer in seven is wrong, and if the truth gets 0.001 there, it alone costs "
                "7 nats: the mean can be that high.",
            ),
            "c": Choice(
                "the figures may be a model's, but not this program's print-out",
                "A mean loss and an accuracy hardly bind each other; the digits do bind the "
                "program.",
            ),
            "d": Choice(
                "nothing: losses differ from run to run",
                "They do, but no run of this program prints a loss with four decimals.",
            ),
        },
        right="c",
    ),
    Question(
        "04.exit_zero",
        "A model gives one letter of a long text the probability 0, and that letter came. "
        "What is its price for the text, in bits per letter?",
        {
            "a": Choice(
                "hardly changed: it is one letter",
                "The other letters may be cheap, but minus log 0 is infinite, and so is the mean.",
            ),
            "b": Choice(
                "one bit more than before",
                "One bit is what half of the probability costs; 0 is a half of a half, and so on, "
                "without end.",
            ),
            "c": Choice(
                "not defined, so the letter is skipped",
                "Whoever skips what a model ruled out would have every model rule out what it "
                "does not know.",
            ),
            "d": Choice(
                "infinite",
                "What was ruled out may not happen: hence smoothing, and no top-p when a model "
                "is judged.",
            ),
        },
        right="d",
    ),
)
