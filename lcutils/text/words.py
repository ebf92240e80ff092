"""The words of paragraphs as numbers: vocabulary, passages, skip-gram pairs and their counts."""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from lcutils import _require
from lcutils.text.docstrings import Paragraph, check_paragraphs


def vocabulary(paragraphs: Sequence[Paragraph], size: int) -> dict[str, int]:
    """The most frequent words, each with its number: 0 for the most frequent of all.

    Args:
        paragraphs: at least one
        size: N, how many words
    Returns: word -> number from 0 to N - 1; of equally frequent words, in alphabetical order.
    Raises: TypeError, ValueError if the paragraphs have fewer different words.
    """
    check_paragraphs(paragraphs)
    _require.count("size", size)
    counts = Counter(word for paragraph in paragraphs for word in paragraph.words)
    if size > len(counts):
        _require.refuse("size", f"at most the {len(counts)} different words there are", str(size))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(ranked[:size])}


def passages(paragraphs: Sequence[Paragraph], vocabulary: dict[str, int], length: int) -> Tensor:
    """Running prose cut into passages of equal length; none goes from one file into the next.

    Args:
        paragraphs: in reading order, at least one
        vocabulary: word -> number; other words are left out
        length: T, known words a passage
    Returns: [N, T] numbers of the words; what is left over at a file's end is dropped.
    Raises: TypeError, ValueError if no file is long enough for one passage.
    """
    check_paragraphs(paragraphs)
    _check_vocabulary(vocabulary)
    _require.count("length", length)
    found: list[list[int]] = []
    for _, group in groupby(paragraphs, key=lambda paragraph: paragraph.source_file):
        words = [word for paragraph in group for word in paragraph.words]
        numbers = [vocabulary[word] for word in words if word in vocabulary]
        last = len(numbers) - length
        found += [numbers[start : start + length] for start in range(0, last + 1, length)]
    if not found:
        _require.refuse("length", "words enough in one file for a passage", str(length))
    return torch.tensor(found)


def skip_gram_pairs(
    paragraphs: Sequence[Paragraph], vocabulary: dict[str, int], window: int
) -> Tensor:
    """Each word with each of its neighbours: the pairs that a skip-gram model learns from.

    Args:
        paragraphs: at least one; no pair goes from one into the next
        vocabulary: word -> number from 0 to N - 1; other words are left out first, so that two
            known words with an unknown one between them are next to each other
        window: how many known words on each side are neighbours
    Returns: [P, 2] numbers of a word and its neighbour, each pair in both orders; nearest first.
    Raises: TypeError, ValueError if no paragraph has two known words.
    Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their
        Compositionality", section 2; the window is not drawn at random here.
    """
    check_paragraphs(paragraphs)
    _check_vocabulary(vocabulary)
    _require.count("window", window)
    known = [
        [vocabulary[word] for word in paragraph.words if word in vocabulary]
        for paragraph in paragraphs
    ]
    lengths = torch.tensor([len(numbers) for numbers in known])
    longest = int(lengths.max())
    if longest < 2:
        got = "none" if longest else "no known word"
        _require.refuse("paragraphs", "one with two words of the vocabulary", got)
    numbers = torch.tensor([number for numbers in known for number in numbers])
    owner = torch.arange(len(known)).repeat_interleave(lengths)  # whose word it is
    found = []
    for distance in range(1, min(window, longest - 1) + 1):
        is_pair = owner[:-distance] == owner[distance:]
        pairs = torch.stack([numbers[:-distance], numbers[distance:]], dim=1)[is_pair]
        found += [pairs, pairs.flip(1)]
    return torch.cat(found)


def cooccurrence_counts(
    paragraphs: Sequence[Paragraph], vocabulary: dict[str, int], window: int
) -> Tensor:
    """How often each word has each other word as a neighbour.

    Args:
        paragraphs, vocabulary, window: as for `skip_gram_pairs`, whose pairs are counted
    Returns: [N, N] whole numbers, symmetric; the sum of all is P.
    Raises: as `skip_gram_pairs` does.
    """
    pairs = skip_gram_pairs(paragraphs, vocabulary, window)
    n_words = len(vocabulary)
    cells = pairs[:, 0] * n_words + pairs[:, 1]
    return torch.bincount(cells, minlength=n_words**2).view(n_words, n_words)


def split(paragraphs: Sequence[Paragraph], *shares: float) -> list[list[Paragraph]]:
    """Lists with no source file in two of them; a file's name alone decides where it belongs.

    So a file stays in its list in every version of its library, and whatever else is read.

    Args:
        paragraphs: at least one of each list
        shares: of the files, at which a list ends, rising: 0.7, 0.85 makes three lists of about
            70, 15 and 15 % of the files; met roughly, the better the more files
    Returns: a list more than shares, in the order of the paragraphs.
    Raises: TypeError, ValueError if one of the lists would be empty.
    """
    check_paragraphs(paragraphs)
    ends = [_require.number("share", share, 0, 1) for share in shares]
    if ends != sorted(ends) or not ends:
        _require.refuse("shares", "rising numbers, at least one", str(shares), "Such as 0.7, 0.85.")
    lists: list[list[Paragraph]] = [[] for _ in range(len(ends) + 1)]
    for paragraph in paragraphs:
        lists[bisect(ends, _place(paragraph.source_file))].append(paragraph)
    if not all(lists):
        got = ", ".join(f"{share:g}" for share in ends) + ", which leaves one empty"
        _require.refuse("shares", "paragraphs in each list", got, "Read more files.")
    return lists


def _place(source_file: str) -> float:
    """A number from 0 to 1, drawn by a file's name."""
    digest = hashlib.sha256(source_file.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _check_vocabulary(vocabulary: dict[str, int]) -> None:
    wanted, hint = "a dict, word -> number", "Make it with text.vocabulary."
    if not isinstance(vocabulary, dict):
        _require.refuse("vocabulary", wanted, _require.kind_of(vocabulary), hint, TypeError)
    if set(vocabulary.values()) != set(range(len(vocabulary))):
        _require.refuse("vocabulary", "the numbers from 0 to N - 1, each once", "others", hint)
