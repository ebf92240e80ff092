"""Lesson 01: words as numbers, those that have none, and how often two tokens are neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations, pairwise

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip
from lcutils.checking.syntax import written


def known_words(words: Tensor, n_known: int) -> Tensor:
    """words: [T] places in the ranking -> numbers: [T], n_known for the unknown"""
    return words.clamp(max=n_known)


def _numbered_anew(words: Tensor, n_known: int) -> Tensor:
    """The mistake to take the next free number again for each unknown word."""
    is_unknown = words >= n_known
    return torch.where(is_unknown, n_known - 1 + is_unknown.cumsum(0), words)


def pair_counts(words: Tensor, often: Tensor, n_tokens: int) -> Tensor:
    """words: [N, T], -1 behind an end, often: [N] -> [n_tokens, n_tokens]"""
    return _counted(words, often, n_tokens, pairwise)


def _counted(
    words: Tensor,
    often: Tensor,
    n_tokens: int,
    pairs: Callable[[list[int]], Iterable[tuple[int, int]]],
) -> Tensor:
    """How often each pair comes, if a word has those that `pairs` finds in it."""
    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)
    for word, n in zip(words.tolist(), often.tolist(), strict=True):
        for left, right in pairs([token for token in word if token >= 0]):
            counts[left, right] += n
    return counts


def _ways(
    pairs: Callable[[list[int]], Iterable[tuple[int, int]]],
) -> Callable[[Tensor, Tensor, int], Tensor]:
    """The mistake to look at other pairs of a word than its neighbours."""
    return lambda words, often, n: _counted(words, often, n, pairs)


def _across_ends(words: Tensor, often: Tensor, n_tokens: int) -> Tensor:
    """The mistake to count in all words laid out in one row; a pair counts as its left word."""
    is_token = words >= 0
    row = words[is_token].tolist()
    n = often[:, None].expand_as(words)[is_token].tolist()
    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)
    for i, (left, right) in enumerate(pairwise(row)):
        counts[left, right] += n[i]
    return counts


def _with_ends(words: Tensor, often: Tensor, n_tokens: int) -> Tensor:
    """The mistake to take -1 for a token: Python then counts from the end."""
    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)
    for word, n in zip(words.tolist(), often.tolist(), strict=True):
        for left, right in pairwise(word):
            counts[left, right] += n
    return counts


def _last_with_the_end(words: Tensor, often: Tensor, n_tokens: int) -> Tensor:
    """The mistake to ask only whether the left token is one: the last is paired with -1."""
    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)
    for word, n in zip(words.tolist(), often.tolist(), strict=True):
        for left, right in pairwise(word):
            counts[left, right] += n * (left >= 0)
    return counts


def _set_anew(words: Tensor, often: Tensor, n_tokens: int) -> Tensor:
    """The mistake to write `=` for `+=`."""
    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)
    for word, n in zip(words.tolist(), often.tolist(), strict=True):
        for left, right in pairwise([token for token in word if token >= 0]):
            counts[left, right] = n
    return counts


def _disjoint(word: list[int]) -> Iterable[tuple[int, int]]:
    """The mistake to count what can be joined: in a run of equal tokens every second pair."""
    last = (-1, -1)
    for pair in pairwise(word):
        if pair == last and pair[0] == pair[1]:
            last = (-1, -1)
        else:
            last = pair
            yield pair


def _single(words: Tensor, often: Tensor, n_tokens: int) -> Tensor:
    """How often each token comes."""
    is_token = words >= 0
    weights = often[:, None].expand_as(words)[is_token]
    return torch.zeros(n_tokens, dtype=torch.long).index_add(0, words[is_token], weights)


def _draw_ranks(rng: torch.Generator, T: int, n_known: int) -> tuple[Tensor, int]:
    return torch.randint(2 * n_known + 2, (T,), generator=rng, device="cpu"), n_known


def _draw_words(rng: torch.Generator, N: int, T: int, n_tokens: int) -> tuple[Tensor, Tensor, int]:
    words = torch.randint(n_tokens, (N, T), generator=rng, device="cpu")
    lengths = torch.randint(1, T + 1, (N, 1), generator=rng, device="cpu")
    words = torch.where(torch.arange(T) < lengths, words, -1)
    return words, torch.randint(1, 6, (N,), generator=rng, device="cpu"), n_tokens


ENTRIES = (
    FunctionExercise(
        "01.known_words",
        known_words,
        worked=(torch.tensor([0, 4, 2, 9, 3]), 4),
        draw=_draw_ranks,
        sizes=({"T": 1, "n_known": 1}, {"T": 12, "n_known": 3}, {"T": 30, "n_known": 5}),
        mistakes={
            "Unknown words are dropped: nobody can see any more that something stood there.": (
                lambda w, n: w[w < n]
            ),
            "Unknown words get number 0, and that is the most frequent word's.": (
                lambda w, n: torch.where(w < n, w, 0)
            ),
            "Unknown words get the last known word's number: the table has 0 to n_known - 1.": (
                lambda w, n: w.clamp(max=n - 1)
            ),
            "The last known word is taken for unknown: the table has 0 to n_known - 1.": (
                lambda w, n: torch.where(w < n - 1, w, n)
            ),
            "The first unknown word is taken for known: the table has 0 to n_known - 1.": (
                lambda w, n: torch.where(w <= n, w, n + 1)
            ),
            "Each unknown word has a new number; all of them share one.": _numbered_anew,
            "Unknown words get -1; the number that is free is n_known.": (
                lambda w, n: torch.where(w < n, w, -1)
            ),
            "With % an unknown word gets the number of some known one.": lambda w, n: w % n,
            "Known and unknown have changed places.": lambda w, n: torch.where(w < n, n, w),
            "The unknown words still have numbers of their own.": lambda w, n: w,
            "This says which words are known; wanted are their numbers.": lambda w, n: w < n,
            "This says which words are unknown; wanted are numbers.": lambda w, n: w >= n,
            "Known words become n_known, and so do the others: min and max are mixed up.": (
                lambda w, n: torch.full_like(w, n)
            ),
            "The unknown words have gone to the end; each has its place in the text.": (
                lambda w, n: torch.cat([w[w < n], torch.full_like(w[w >= n], n)])
            ),
            "These are the unknown words alone.": lambda w, n: w[w >= n],
            "n_known is one number too far: the free one comes right after n_known - 1.": (
                lambda w, n: torch.where(w < n, w, n + 1)
            ),
        },
        slips=(
            Slip(
                "`if` and `min` ask once for the whole text; each word is known or not by itself.",
                written(r"\bif words [<>]|\bmin\(words, n_known\)|\bmin\(n_known, words\)"),
                "def known_words(words, n_known):\n"
                "    if words < n_known:\n"
                "        return words\n"
                "    return n_known\n",
            ),
            Slip(
                "The words are numbers, and so is the one for the unknown: n_known.",
                written(r"""['"](\?|<?unk>?)['"]"""),
                "def known_words(words, n_known):\n"
                "    return torch.where(words < n_known, words, '?')\n",
            ),
        ),
        hints=(
            "The table knows the words 0 to n_known - 1. Which number is the first free one?",
            "`torch.where(condition, words, n_known)` takes a word where the condition holds.",
        ),
        meaning="The text keeps its length, and loses the word.",
        has_gradient=False,
    ),
    FunctionExercise(
        "01.pair_counts",
        pair_counts,
        worked=(
            torch.tensor([[0, 0, 0, 0, 1], [1, 0, 2, -1, -1], [2, 0, -1, -1, -1]]),
            torch.tensor([2, 3, 5]),
            3,
        ),
        draw=_draw_words,
        sizes=(
            {"N": 1, "T": 1, "n_tokens": 2},
            {"N": 4, "T": 3, "n_tokens": 3},
            {"N": 7, "T": 6, "n_tokens": 4},
        ),
        mistakes={
            "Each word counts once here; it counts as often as it came.": (
                lambda w, often, n: pair_counts(w, torch.ones_like(often), n)
            ),
            "Pairs reach across word ends: the last token of a word is no neighbour of the next "
            "word's first.": _across_ends,
            "-1 is taken for a token: as an index it is the last one.": _with_ends,
            "The last token of a short word is paired with -1: ask for the right token, too.": (
                _last_with_the_end
            ),
            "Each count is set anew; it grows by n.": _set_anew,
            "Row and column have changed places: the row is the left token.": (
                lambda w, often, n: pair_counts(w, often, n).T
            ),
            "Each pair is counted in both orders; the row is the left token.": (
                lambda w, often, n: pair_counts(w, often, n) + pair_counts(w, often, n).T
            ),
            "The step is two tokens; every token but the last begins a pair.": _ways(
                lambda word: zip(word[::2], word[1::2], strict=False)
            ),
            "A pair that comes twice in a word counts twice.": _ways(
                lambda word: set(pairwise(word))
            ),
            "In a run of equal tokens every second pair is left out; all neighbours count.": _ways(
                _disjoint
            ),
            "Pairs with token 0 are left out; the end is -1.": _ways(
                lambda word: (pair for pair in pairwise(word) if 0 not in pair)
            ),
            "Only the first word is counted: is `return` inside the loop?": (
                lambda w, often, n: pair_counts(w[:1], often[:1], n)
            ),
            "All pairs in a word are counted; wanted are neighbours.": _ways(
                lambda word: combinations(word, 2)
            ),
            "The first pair of each word is counted alone.": _ways(
                lambda word: list(pairwise(word))[:1]
            ),
            "The last pair of each word is left out.": _ways(lambda word: pairwise(word[:-1])),
            "The first pair of each word is left out.": _ways(lambda word: pairwise(word[1:])),
            "Two equal tokens side by side are a pair, too.": (
                lambda w, often, n: pair_counts(w, often, n) * (1 - torch.eye(n, dtype=torch.long))
            ),
            "Each token is paired with itself; its neighbour is one place further.": _ways(
                lambda word: zip(word, word, strict=True)
            ),
            "These are pairs with a token between them; wanted are neighbours.": _ways(
                lambda word: zip(word, word[2:], strict=False)
            ),
            "These are shares; wanted are counts.": (
                lambda w, often, n: (
                    pair_counts(w, often, n) / pair_counts(w, often, n).sum().clamp(min=1)
                )
            ),
            "This says which pairs there are; wanted is how often.": (
                lambda w, often, n: pair_counts(w, often, n) > 0
            ),
            "This counts tokens; wanted are pairs.": _single,
            "The word's number of times is squared.": (
                lambda w, often, n: pair_counts(w, often**2, n)
            ),
            "All pairs are in one row of numbers; give the right token an axis of its own.": (
                lambda w, often, n: pair_counts(w, often, n).flatten()
            ),
        },
        slips=(
            Slip(
                "A place that is named twice in one `+=` grows once only: go through the pairs.",
                written(r"counts\[.*:.*\] \+= "),
                "def pair_counts(words, often, n_tokens):\n"
                "    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)\n"
                "    counts[words[:, :-1], words[:, 1:]] += often[:, None]\n"
                "    return counts\n",
            ),
            Slip(
                "`often` has one number a word: its index is the word's place, no token.",
                written(r"often\[(left|right|word)\]"),
                "def pair_counts(words, often, n_tokens):\n"
                "    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)\n"
                "    for word in words.tolist():\n"
                "        for left, right in zip(word, word[1:]):\n"
                "            if right >= 0:\n"
                "                counts[left, right] += often[left]\n"
                "    return counts\n",
            ),
            Slip(
                "The last token of a word has no neighbour on its right: stop one earlier.",
                written(r"\b(\w+) \+ 1\]", unless=r" - 1\)"),
                "def pair_counts(words, often, n_tokens):\n"
                "    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)\n"
                "    for word, n in zip(words, often):\n"
                "        for t in range(len(word)):\n"
                "            if word[t + 1] >= 0:\n"
                "                counts[word[t], word[t + 1]] += n\n"
                "    return counts\n",
            ),
            Slip(
                "`often` is added whole; a pair grows by the number of its own word.",
                written(r"(?m)\+= often$"),
                "def pair_counts(words, often, n_tokens):\n"
                "    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)\n"
                "    for word in words.tolist():\n"
                "        for left, right in zip(word, word[1:]):\n"
                "            if right >= 0:\n"
                "                counts[left, right] += often\n"
                "    return counts\n",
            ),
        ),
        hints=(
            "Go through each word's neighbours with `pairwise(word)`; stop where it ends.",
            "`counts[left, right] += n` for a pair of a word that came n times.",
        ),
        meaning="A word that came n times is read once, not n times: learning merges stays quick.",
        has_gradient=False,
    ),
)
