"""Lesson 01: joining a pair of tokens, and all pairs that were learned."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip
from lcutils.checking.syntax import written

N_BYTES = 256


def merge(tokens: Tensor, left: int, right: int, new: int) -> Tensor:
    """tokens: [T] -> new wherever left, right stand side by side: [T - m]"""
    return _scanned(tokens, left, right, [new])


def encode(tokens: Tensor, merges: Tensor) -> Tensor:
    """tokens: [T] bytes, merges: [M, 2] as learned -> all merges made: [T']"""
    return _encoded(tokens, merges)


def _scanned(tokens: Tensor, left: int, right: int, put: list[int], step: int = 2) -> Tensor:
    """From left to right: where the pair stands, `put`, and `step` tokens further."""
    row, i = tokens.tolist(), 0
    out: list[int] = []
    while i < len(row):
        is_pair = row[i : i + 2] == [left, right]
        out += put if is_pair else [row[i]]
        i += step if is_pair else 1
    return torch.tensor(out, dtype=torch.long)


def _encoded(
    tokens: Tensor,
    merges: Tensor,
    join: Callable[[Tensor, int, int, int], Tensor] = merge,
    first: int = N_BYTES,
) -> Tensor:
    for m, (left, right) in enumerate(merges.tolist()):
        tokens = join(tokens, left, right, first + m)
    return tokens


def _swallowed(tokens: Tensor, left: int, right: int, new: int) -> Tensor:
    """The mistake that the stub has: in a run of equal tokens each begins a pair."""
    is_pair = (tokens[:-1] == left) & (tokens[1:] == right)
    out, stays = tokens.clone(), torch.ones(len(tokens), dtype=torch.bool)
    out[:-1][is_pair] = new
    stays[1:] = ~is_pair
    return out[stays]


def _first_of_a_run(tokens: Tensor, left: int, right: int, new: int) -> Tensor:
    """The mistake to forbid a pair right behind a pair, joined or not."""
    is_pair = (tokens[:-1] == left) & (tokens[1:] == right)
    is_first = is_pair.clone()
    is_first[1:] &= ~is_pair[:-1]
    out, stays = tokens.clone(), torch.ones(len(tokens), dtype=torch.bool)
    out[:-1][is_first] = new
    stays[1:] = ~is_first
    return out[stays]


def _first_only(tokens: Tensor, left: int, right: int, new: int) -> Tensor:
    row = tokens.tolist()
    for i, pair in enumerate(pairwise(row)):
        if pair == (left, right):
            return torch.tensor([*row[:i], new, *row[i + 2 :]])
    return tokens


def _at_even_places(tokens: Tensor, left: int, right: int, new: int) -> Tensor:
    row = tokens.tolist()
    out: list[int] = []
    for i in range(0, len(row), 2):
        two = row[i : i + 2]
        out += [new] if two == [left, right] else two
    return torch.tensor(out, dtype=torch.long)


def _stops_early(tokens: Tensor, left: int, right: int, new: int) -> Tensor:
    """The mistake of a loop that never comes to the last token."""
    row, out, i = tokens.tolist(), [], 0
    while i < len(row) - 1:
        is_pair = row[i : i + 2] == [left, right]
        out.append(new if is_pair else row[i])
        i += 1 + is_pair
    return torch.tensor(out, dtype=torch.long)


def _last_pair_stays(tokens: Tensor, left: int, right: int, new: int) -> Tensor:
    kept = tokens[-1:] if len(tokens) > 1 else tokens[:0]
    return torch.cat([merge(tokens[: len(tokens) - len(kept)], left, right, new), kept])


def _longest_first(tokens: Tensor, merges: Tensor) -> Tensor:
    """The mistake to take, from left to right, the longest token that fits."""
    spelt = [(byte,) for byte in range(N_BYTES)]
    for left, right in merges.tolist():
        spelt.append(spelt[left] + spelt[right])
    by_length = sorted(range(len(spelt)), key=lambda token: -len(spelt[token]))
    row, out = tuple(tokens.tolist()), []
    while row:
        found = next(t for t in by_length if row[: len(spelt[t])] == spelt[t])
        out.append(found)
        row = row[len(spelt[found]) :]
    return torch.tensor(out)


def _backwards(tokens: Tensor, merges: Tensor) -> Tensor:
    for m in reversed(range(len(merges))):
        left, right = merges[m].tolist()
        tokens = merge(tokens, left, right, N_BYTES + m)
    return tokens


def _backwards_renumbered(tokens: Tensor, merges: Tensor) -> Tensor:
    return _encoded(tokens, merges.flip(0))


def _in_one_pass(tokens: Tensor, merges: Tensor) -> Tensor:
    """The mistake to go through the text once, and join whatever is a pair of any merge."""
    numbers = {tuple(pair): N_BYTES + m for m, pair in enumerate(merges.tolist())}
    row, out, i = tokens.tolist(), [], 0
    while i < len(row):
        found = numbers.get(tuple(row[i : i + 2]))
        out.append(row[i] if found is None else found)
        i += 1 if found is None else 2
    return torch.tensor(out)


def _only_the_last(tokens: Tensor, merges: Tensor) -> Tensor:
    left, right = merges[-1].tolist()
    return merge(tokens, left, right, N_BYTES + len(merges) - 1)


def _next_number(tokens: Tensor, merges: Tensor) -> Tensor:
    """The mistake to number a new token by the largest one in the text."""
    for left, right in merges.tolist():
        tokens = merge(tokens, left, right, int(tokens.max()) + 1)
    return tokens


def _draw_tokens(
    rng: torch.Generator, T: int, left: int, right: int
) -> tuple[Tensor, int, int, int]:
    tokens = torch.randint(2, (T,), generator=rng, device="cpu")
    return tokens, left, right, 9


def _most_frequent_pair(tokens: list[int]) -> tuple[int, int]:
    pairs = list(pairwise(tokens))
    return max(pairs, key=lambda pair: (pairs.count(pair), pair))


def _draw_merges(rng: torch.Generator, T: int, M: int) -> tuple[Tensor, Tensor]:
    """A random text of two letters, and merges learned from another one."""
    texts = 97 + torch.randint(2, (2, T), generator=rng, device="cpu")
    learned, merges = texts[0], []
    for m in range(M):
        merges.append(_most_frequent_pair(learned.tolist()))
        learned = merge(learned, *merges[-1], N_BYTES + m)
    return texts[1], torch.tensor(merges)


ENTRIES = (
    FunctionExercise(
        "01.merge",
        merge,
        worked=(torch.tensor([7, 7, 7, 7, 7, 5, 7, 7]), 7, 7, 9),
        draw=_draw_tokens,
        sizes=(
            {"T": 1, "left": 0, "right": 1},
            {"T": 24, "left": 0, "right": 0},
            {"T": 25, "left": 1, "right": 1},
            {"T": 30, "left": 0, "right": 1},
            {"T": 31, "left": 1, "right": 0},
        ),
        given="""\
is_pair = (tokens[:-1] == left) & (tokens[1:] == right)  # [T - 1]
out, stays = tokens.clone(), torch.ones(len(tokens), dtype=torch.bool)
out[:-1][is_pair] = new
stays[1:] = ~is_pair
return out[stays]""",
        mistakes={
            "In a run of three equal tokens the middle one is used twice, and one is swallowed.": (
                _swallowed
            ),
            "In a run of equal tokens only the first pair is joined; in five there are two.": (
                _first_of_a_run
            ),
            "The right token stays behind: a pair is two tokens, and both must go.": (
                lambda t, left, right, new: _scanned(t, left, right, [new], step=1)
            ),
            "Only the first pair is joined; all are to be.": _first_only,
            "It goes from right to left: in a run of three the first two make the pair.": (
                lambda t, left, right, new: merge(t.flip(0), right, left, new).flip(0)
            ),
            "The pair is joined in both orders; left comes first.": lambda t, left, right, new: (
                merge(merge(t, left, right, new), right, left, new)
            ),
            "Left and right have changed places, and equal tokens are not joined.": (
                lambda t, left, right, new: (
                    t.clone() if left == right else merge(t, right, left, new)
                )
            ),
            "No pair is joined.": lambda t, left, right, new: t.clone(),
            "The pair is taken out, and nothing stands in its place.": (
                lambda t, left, right, new: _scanned(t, left, right, [])
            ),
            "The left token stands where the new one should.": (
                lambda t, left, right, new: _scanned(t, left, right, [left])
            ),
            "The new token stands there twice, once for each of the two.": (
                lambda t, left, right, new: _scanned(t, left, right, [new, new])
            ),
            "The new token stands beside the pair; it takes the pair's place.": (
                lambda t, left, right, new: _scanned(t, left, right, [left, right, new])
            ),
            "The loop ends before the last token, which is lost if it is in no pair.": (
                _stops_early
            ),
            "A pair at the very end is not joined.": _last_pair_stays,
            "Only pairs that begin at an even place are joined.": _at_even_places,
            "These are the new tokens alone; the others stay where they were.": (
                lambda t, left, right, new: (found := merge(t, left, right, new))[found == new]
            ),
            "All tokens that are left or right become new, side by side or not.": (
                lambda t, left, right, new: torch.where((t == left) | (t == right), new, t)
            ),
        },
        slips=(
            Slip(
                "The row shrinks while `range` counts up to its old length: use `while`.",
                written(r"(?s)\bfor .*(\bdel |\.pop\()"),
                "def merge(tokens, left, right, new):\n"
                "    row = tokens.tolist()\n"
                "    for i in range(len(row) - 1):\n"
                "        if row[i] == left and row[i + 1] == right:\n"
                "            row[i] = new\n"
                "            del row[i + 1]\n"
                "    return torch.tensor(row)\n",
            ),
            Slip(
                "The last token has no next one: ask first whether there is one.",
                written(r"\[\w+ \+ 1\]", unless=r"\) - 1|\+ 1 <|< last"),
                "def merge(tokens, left, right, new):\n"
                "    out, i = [], 0\n"
                "    while i < len(tokens):\n"
                "        is_pair = tokens[i] == left and tokens[i + 1] == right\n"
                "        out.append(new if is_pair else tokens[i])\n"
                "        i += 2 if is_pair else 1\n"
                "    return torch.tensor(out)\n",
            ),
        ),
        hints=(
            "What does it make of a a a, if the pair is a a? Try it by hand.",
            "Go from left to right: after a pair, two tokens further, else one.",
        ),
        meaning="T tokens with m pairs become T - m.",
        has_gradient=False,
    ),
    FunctionExercise(
        "01.encode",
        encode,
        worked=(
            torch.tensor([97, 99, 98, 99, 98, 98, 97]),
            torch.tensor([[99, 98], [97, 99], [98, 98], [256, 98]]),
        ),
        draw=_draw_merges,
        sizes=({"T": 24, "M": 1}, {"T": 24, "M": 3}, {"T": 48, "M": 5}),
        mistakes={
            "The merges are made from the last to the first; later ones need the earlier.": (
                _backwards
            ),
            "The merges are made from the last to the first, and numbered so, too.": (
                _backwards_renumbered
            ),
            "The text is read once only: a pair with a new token in it is never seen.": (
                _in_one_pass
            ),
            "Longest first is another rule: the merges are made in the order learned.": (
                _longest_first
            ),
            "Merge m makes the token 256 + m; 0 to 255 are bytes.": (
                lambda t, merges: _encoded(t, merges, first=0)
            ),
            "The new tokens begin at 257; 256 is free.": (
                lambda t, merges: _encoded(t, merges, first=N_BYTES + 1)
            ),
            "The new number is 256 + m, not one more than the largest in this text.": _next_number,
            "The first merge is made alone.": lambda t, merges: _encoded(t, merges[:1]),
            "The last merge is left out.": lambda t, merges: _encoded(t, merges[:-1]),
            "Each merge is made once only; it is made wherever its pair stands.": (
                lambda t, merges: _encoded(t, merges, _first_only)
            ),
            "Nothing is merged.": lambda t, merges: t.clone(),
            "All merges make the token 256; each has a number of its own.": (
                lambda t, merges: _encoded(t, merges, lambda t, a, b, _: merge(t, a, b, N_BYTES))
            ),
            "Each merge begins at the bytes again, so only the last one is left.": (_only_the_last),
            "In a run of equal tokens one is swallowed: use your merge of the last exercise.": (
                lambda t, merges: _encoded(t, merges, _swallowed)
            ),
            "Left and right of each merge have changed places.": (
                lambda t, merges: _encoded(t, merges.flip(1))
            ),
            "This is how many tokens there are; wanted are the tokens.": (
                lambda t, merges: torch.tensor(len(_encoded(t, merges)))
            ),
            "The text is read from its end.": (
                lambda t, merges: _encoded(t.flip(0), merges.flip(1)).flip(0)
            ),
        },
        slips=(
            Slip(
                "`merges` is [M, 2]: a row has no number; `enumerate` counts the rows.",
                written(r"for (\w+) in merges\b(?s:.*)256 \+ \1\b"),
                "def encode(tokens, merges):\n"
                "    for m in merges:\n"
                "        tokens = merge(tokens, m[0], m[1], 256 + m)\n"
                "    return tokens\n",
            ),
            Slip(
                "`merge` takes the two tokens of a pair one by one, and then the new one.",
                written(r"merge\(tokens, (pair|merges\[\w+\]), "),
                "def encode(tokens, merges):\n"
                "    for m, pair in enumerate(merges.tolist()):\n"
                "        tokens = merge(tokens, pair, 256 + m)\n"
                "    return tokens\n",
            ),
        ),
        hints=(
            "One `merge` for each row of `merges`, each made in what the one before has left.",
            "`for m, (left, right) in enumerate(merges.tolist()):` gives the pair that makes "
            "the token 256 + m.",
        ),
        meaning="The same merges in the same order: what was one token in training is one here.",
        has_gradient=False,
    ),
)
