"""Exercises of lesson 00: a function to mend, and a line of algebra."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils.checking.data import ExpressionExercise, FunctionExercise, normal, row


def text_mean(x: Tensor) -> Tensor:
    """x: [B, T, D] -> the mean of each text's words: [B, D]"""
    return x.mean(dim=1)


def _halved_again_and_again(x: Tensor) -> Tensor:
    mean = x[:, 0]
    for t in range(1, x.shape[1]):
        mean = (mean + x[:, t]) / 2
    return mean


ENTRIES = (
    FunctionExercise(
        "00.text_mean",
        text_mean,
        worked=(row([[1, 10], [2, 20], [6, 60]]),),
        draw=lambda rng, B, T, D: (normal(rng, B, T, D),),
        sizes=({"B": 1, "T": 1, "D": 1}, {"B": 3, "T": 4, "D": 2}, {"B": 2, "T": 5, "D": 3}),
        mistakes={
            "This is the sum of the words; divide it by how many there are.": (
                lambda x: x.sum(dim=1)
            ),
            "The mean runs over the texts; it should run over the words.": lambda x: x.mean(dim=0),
            "The mean runs over the numbers of a word; it should run over the words.": (
                lambda x: x.mean(dim=2)
            ),
            "This is one number for everything; each text has its own mean.": lambda x: x.mean(),
            "This is one number for each text; wanted is a mean for each of the D numbers.": (
                lambda x: x.mean(dim=(1, 2))
            ),
            "This is one mean for all texts; each text has its own.": lambda x: x.mean(dim=(0, 1)),
            "This is the sum over the texts; wanted is the mean over the words.": (
                lambda x: x.sum(dim=0)
            ),
            "This is the sum over each word's numbers; wanted is the mean over the words.": (
                lambda x: x.sum(dim=2)
            ),
            "It is divided by 3 whatever T is; 3 is only the example's number of words.": (
                lambda x: x.sum(dim=1) / 3
            ),
            "It is divided by 2 whatever T is; divide by T, how many words there are.": (
                lambda x: x.sum(dim=1) / 2
            ),
            "The texts are mixed: this is the mean of all words of all texts.": (
                lambda x: x.mean(dim=(0, 1)).expand(len(x), -1)
            ),
            "The axis of the words is still there; drop keepdim.": (
                lambda x: x.mean(dim=1, keepdim=True)
            ),
            "The sum is divided by D, how long a vector is; divide by T, how many words.": (
                lambda x: x.sum(dim=1) / x.shape[2]
            ),
            "The sum is divided by B, how many texts there are; divide by T, how many words.": (
                lambda x: x.sum(dim=1) / x.shape[0]
            ),
            "This is the last word alone.": lambda x: x[:, -1],
            "This is the first word alone.": lambda x: x[:, 0],
            "This is the median; wanted is the mean.": lambda x: x.median(dim=1).values,
            "This is the largest entry of each column; wanted is the mean.": lambda x: x.amax(1),
            "These are the means after each word; wanted is the last of them.": (
                lambda x: x.cumsum(1) / torch.arange(1, x.shape[1] + 1)[:, None]
            ),
            "This is the first text's mean alone; wanted is one for each text.": (
                lambda x: x[0].mean(0)
            ),
            "The result is turned: each text is a row, [B, D].": lambda x: x.mean(1).T,
            "It is divided by T - 1; divide by T, how many words there are.": (
                lambda x: x.sum(1) / (x.shape[1] - 1)
            ),
            "It is divided by B, too; divide by T alone, how many words there are.": (
                lambda x: x.mean(1) / len(x)
            ),
            "// cuts the result down to a whole number; divide with /.": (
                lambda x: x.sum(1) // x.shape[1]
            ),
            "The D numbers of the mean are added up; each is a mean of its own.": (
                lambda x: x.mean(1).sum(1)
            ),
            "The same number stands everywhere; each text has its own mean, for each of D.": (
                lambda x: x.mean().expand(len(x), x.shape[2])
            ),
            "The words of all texts are added up; each text has its own mean.": (
                lambda x: x.sum((0, 1)) / x.shape[1]
            ),
            "There is a mean at each word; wanted is one for each text.": (
                lambda x: x.mean(1, keepdim=True).expand_as(x)
            ),
            "The total is not set back to 0 when the next text begins.": (
                lambda x: x.sum(1).cumsum(0) / x.shape[1]
            ),
            "Only the last word is left: each step of the loop must add to the total.": (
                lambda x: x[:, -1] / x.shape[1]
            ),
            "The first word is left out: Python counts from 0.": (
                lambda x: x[:, 1:].sum(1) / x.shape[1]
            ),
            "To halve at each step makes late words weigh more; divide once, at the end.": (
                _halved_again_and_again
            ),
            "This is the smallest entry of each column; wanted is the mean.": lambda x: x.amin(1),
        },
        hints=(
            "One of the three axes of `x` must be gone from the result. Which holds the words?",
            "The body is one line: `return x.mean(dim=...)`.",
        ),
        meaning="Every word counts alike in it, the first as much as the last.",
    ),
    ExpressionExercise(
        "00.cache_more",
        "T K V",
        lambda T, K, V: T * (K + V) - K * V,
        mistakes={
            "This is the cache alone; take off what the table keeps.": lambda T, K, V: T * (K + V),
            "The other way round: by so many the table is larger than the cache.": (
                lambda T, K, V: K * V - T * (K + V)
            ),
            "A pair lies in the cache as a key and a value side by side: not K times V numbers.": (
                lambda T, K, V: T * K * V - K * V
            ),
            "A bracket is missing: each of the T pairs brings its value, too.": (
                lambda T, K, V: T * K + V - K * V
            ),
            "A bracket is missing: each of the T pairs brings its key, too.": (
                lambda T, K, V: K + T * V - K * V
            ),
            "The cache keeps the values as well as the keys.": lambda T, K, V: T * K - K * V,
            "The cache keeps the keys as well as the values.": lambda T, K, V: T * V - K * V,
            "The table does not grow: after one pair it has as many numbers as after T.": (
                lambda T, K, V: T * (K + V) - T * K * V
            ),
            "The table is no pair: how many entries has it, rows times columns?": (
                lambda T, K, V: (T - 1) * (K + V)
            ),
            "This counts a single pair in the cache; there are T.": lambda T, K, V: K + V - K * V,
            "T times, not plus: each of the T pairs brings numbers of its own.": (
                lambda T, K, V: T + K + V - K * V
            ),
            "This counts pairs; each of them is a key and a value, many numbers.": (
                lambda T, K, V: T - K * V
            ),
            "A pair is two vectors, not two numbers.": lambda T, K, V: 2 * T - K * V,
            "These are both together; wanted is how many more one keeps than the other.": (
                lambda T, K, V: T * (K + V) + K * V
            ),
            "This says how many times as many; wanted is how many more.": (
                lambda T, K, V: T * (K + V) / (K * V)
            ),
            "This is the table alone; how many numbers lie in the cache?": lambda T, K, V: K * V,
            "These are the numbers of one pair alone.": lambda T, K, V: K + V,
            "The cache holds key beside value, not key times value; and the table comes off.": (
                lambda T, K, V: T * K * V
            ),
            "Right where keys are as long as values; in general a value has V numbers.": (
                lambda T, K, V: 2 * T * K - K * V
            ),
            "Right where values are as long as keys; in general a key has K numbers.": (
                lambda T, K, V: 2 * T * V - K * V
            ),
            "The table has a row for each value's number: it need not be square.": (
                lambda T, K, V: T * (K + V) - K**2
            ),
            "The table has a column for each key's number: it need not be square.": (
                lambda T, K, V: T * (K + V) - V**2
            ),
            "A value is V numbers, not one: a 1 in its own place and 0 elsewhere.": (
                lambda T, K, V: T * (K + 1) - K * V
            ),
            "A key is K numbers, not one.": lambda T, K, V: T * (1 + V) - K * V,
            "The table has rows times columns; here V is even added.": (
                lambda T, K, V: T * (K + V) - K + V
            ),
            "The table has rows times columns; only a column of it is taken off.": (
                lambda T, K, V: T * (K + V) - V
            ),
            "The table has rows times columns; only a row of it is taken off.": (
                lambda T, K, V: T * (K + V) - K
            ),
            "Two tables are taken off; the cache is held against one.": (
                lambda T, K, V: T * (K + V) - 2 * K * V
            ),
            "While the text is short the table is the larger one; more is then below zero.": (
                lambda T, K, V: abs(T * (K + V) - K * V)
            ),
            "32 is the table of section 1; write its size in K and V.": (
                lambda T, K, V: T * (K + V) - 32
            ),
            "12 and 32 are those of section 1; write them in K and V.": lambda T, K, V: 12 * T - 32,
            "12 is a pair of section 1; write it in K and V.": lambda T, K, V: 12 * T - K * V,
            "7 are the facts of section 1; write T, for a text of any length.": lambda T, K, V: (
                7 * (K + V) - K * V
            ),
            "7 are the facts of section 1; write T, and take off the table.": lambda T, K, V: (
                7 * (K + V)
            ),
            "7 are the facts of section 1, and 32 is its table; write both in letters.": (
                lambda T, K, V: 7 * (K + V) - 32
            ),
            "4 are the names of section 1; the cache keeps all T pairs, old cities too.": (
                lambda T, K, V: 4 * (K + V) - K * V
            ),
            "Right for keys of 8 numbers; write K.": lambda T, K, V: T * (8 + V) - 8 * V,
            "Right for values of 4 numbers; write V.": lambda T, K, V: T * (K + 4) - 4 * K,
            "This is a cache in the sizes of section 1; write it in K and V, and take off the "
            "table.": lambda T, K, V: 12 * T,
            "This is the table of section 1; how many numbers more lie in the cache?": (
                lambda T, K, V: 32
            ),
            "All T pairs lie in the cache, the last one, too.": lambda T, K, V: (
                (T - 1) * (K + V) - K * V
            ),
            "A question is not kept: there are T pairs.": lambda T, K, V: (T + 1) * (K + V) - K * V,
            "This is how many pairs there are; each is a key and a value, many numbers.": (
                lambda T, K, V: T
            ),
            "A pair is two vectors, not two numbers; and the table comes off.": (
                lambda T, K, V: 2 * T
            ),
            "These are the keys alone: the values and the table are missing.": (
                lambda T, K, V: T * K
            ),
            "These are the values alone: the keys and the table are missing.": (
                lambda T, K, V: T * V
            ),
            "A bracket is missing: each pair brings its value, too. And the table comes off.": (
                lambda T, K, V: T * K + V
            ),
            "A bracket is missing: each pair brings its key, too. And the table comes off.": (
                lambda T, K, V: K + T * V
            ),
            "The two have changed places: a pair is K + V numbers, the table K times V.": (
                lambda T, K, V: T * K * V - (K + V)
            ),
            "A table of rows times columns is no sum: it has K times V numbers, and one of it "
            "comes off, not T.": lambda T, K, V: T * K * V - T * (K + V),
            "The keys and values are kept, not a score for each two tokens.": lambda T, K, V: (
                T**2 - K * V
            ),
            "This says which share the table is; wanted is how many more.": lambda T, K, V: (
                K * V / (T * (K + V))
            ),
            "This is a cache of 7 pairs with K = 8 and V = 4; write it with the letters, and take "
            "off the table.": lambda T, K, V: 84,
            "Right for 7 pairs, K = 8 and V = 4; write it with the letters.": lambda T, K, V: 52,
        },
        hints=(
            "Count the numbers of one pair in the cache. Then count the entries of the table: how "
            "many rows, how many columns?",
            "`more = T * (...) - ...`: in the bracket stands what one pair brings.",
        ),
        example=("7", "8", "4"),
        meaning="Each further pair adds K + V numbers to the cache, and none to the table.",
    ),
)
