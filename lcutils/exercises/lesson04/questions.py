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
                "all three go up",
                "The slopes p - t are 0.7, -0.8 and 0.1: they add up to 0, so some go down.",
            ),
            "b": Choice(
                "down, up and down",
                "The slopes p - t are 0.7, -0.8 and 0.1, and the step goes against them.",
            ),
            "c": Choice(
                "still, up and still",
                "All scores stand in the sum of the softmax: a word that did not come has the "
                "slope p.",
            ),
            "d": Choice(
                "up, down and up",
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
                "0, which heats nothing",
                "Towards 0 all goes to the most likely word: the same word in the same place, "
                "always.",
            ),
            "b": Choice(
                "1, which scales nothing",
                "A score divided by 1 is the score itself.",
            ),
            "c": Choice(
                "none, it always does more",
                "There is a number by which one can divide and change nothing.",
            ),
            "d": Choice(
                "one that is very large",
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
                "there are ten classes: 2.3036 is ln 10, roughly",
                "It is near ln 10, but an epoch of training had passed: what a trained model pays "
                "does not count its outputs.",
            ),
            "b": Choice(
                "85.57 % and 1.5556 exclude each other here",
                "One answer in seven is wrong, and if the truth gets 0.001 there, it alone costs "
                "7 nats: the mean can be that high.",
            ),
            "c": Choice(
                "this program did not print it; all may be true",
                "Loss and accuracy hardly bind each other, but the digits do not come from "
                "this program. Who rounded them, nobody can tell.",
            ),
            "d": Choice(
                "nothing at all: runs differ, and so do losses",
                "They do, but in no run does this program print one of these ten losses so.",
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
                "hardly more than it was",
                "The other letters may be cheap, but minus log 0 is infinite, and so is the mean.",
            ),
            "b": Choice(
                "just one bit more in all",
                "One bit is what half of the probability costs; 0 is a half of a half, and so on, "
                "without end.",
            ),
            "c": Choice(
                "not defined, so skip it",
                "Whoever skips what a model ruled out would have every model rule out what it "
                "does not know.",
            ),
            "d": Choice(
                "more than any number is",
                "What was ruled out may not happen: hence smoothing, and no top-p when a model "
                "is judged.",
            ),
        },
        right="d",
    ),
)
