"""Words as numbers: vocabulary, passages, pairs of neighbours, their counts, a split by file."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import assert_refused
from lcutils import text
from lcutils.text import Paragraph


def paragraph(words: str, source_file: str = "a.py") -> Paragraph:
    return Paragraph(words.capitalize() + ".", tuple(words.split()), source_file)


def test_vocabulary_numbers_words_by_frequency_then_alphabet():
    prose = [paragraph("d a c a"), paragraph("c a b")]
    assert text.vocabulary(prose, 3) == {"a": 0, "c": 1, "b": 2}


def test_passages_cut_a_file_into_equal_lengths_and_drop_the_rest():
    prose = [paragraph("a b c"), paragraph("a x b a b")]
    numbers = text.passages(prose, {"a": 0, "b": 1, "c": 2}, 3)
    assert numbers.tolist() == [[0, 1, 2], [0, 1, 0]]
    assert numbers.dtype == torch.int64


def test_passages_do_not_go_from_one_file_into_the_next():
    prose = [paragraph("a b c", "a.py"), paragraph("a b", "b.py")]
    assert text.passages(prose, {"a": 0, "b": 1, "c": 2}, 2).tolist() == [[0, 1], [0, 1]]


@given(
    files=st.lists(st.lists(st.sampled_from("abc"), max_size=12), min_size=1, max_size=4),
    length=st.integers(1, 4),
)
def test_passages_are_the_files_prefixes(files, length):
    prose = [
        paragraph(" ".join(words) or "x", f"{number}.py") for number, words in enumerate(files)
    ]
    want = [
        ["abc".index(word) for word in words[start : start + length]]
        for words in files
        for start in range(0, len(words) - len(words) % length, length)
    ]
    if want:
        assert text.passages(prose, {"a": 0, "b": 1, "c": 2}, length).tolist() == want
    else:
        with pytest.raises(ValueError, match="length: expected words enough in one file"):
            text.passages(prose, {"a": 0, "b": 1, "c": 2}, length)


# --- pairs of neighbours


def test_ten_words_give_34_pairs_in_a_window_of_two():
    prose = [paragraph("a b c d e f g h i j")]
    assert text.skip_gram_pairs(prose, text.vocabulary(prose, 10), 2).shape == (34, 2)


def test_pairs_are_a_word_and_its_neighbour_nearest_first():
    pairs = text.skip_gram_pairs([paragraph("a b c")], {"a": 0, "b": 1, "c": 2}, 2)
    assert pairs.tolist() == [[0, 1], [1, 2], [1, 0], [2, 1], [0, 2], [2, 0]]
    assert pairs.dtype == torch.int64


def test_no_pair_goes_from_one_paragraph_into_the_next():
    prose = [paragraph("a b"), paragraph("c a")]  # of one file
    pairs = text.skip_gram_pairs(prose, {"a": 0, "b": 1, "c": 2}, 5)
    assert sorted(pairs.tolist()) == [[0, 1], [0, 2], [1, 0], [2, 0]]


def test_known_words_are_neighbours_across_an_unknown_one():
    pairs = text.skip_gram_pairs([paragraph("a x b")], {"a": 0, "b": 1}, 1)
    assert sorted(pairs.tolist()) == [[0, 1], [1, 0]]


def test_a_window_wider_than_any_paragraph_takes_all_of_it():
    prose = [paragraph("a b c")]
    numbers = {"a": 0, "b": 1, "c": 2}
    wide = text.skip_gram_pairs(prose, numbers, 10**12)
    assert wide.equal(text.skip_gram_pairs(prose, numbers, 2))


PROSES = st.lists(st.lists(st.sampled_from("abcx"), max_size=9), min_size=1, max_size=5)


@given(texts=PROSES, window=st.integers(1, 10))
def test_pairs_and_counts_are_those_of_a_plain_loop(texts, window):
    want = Counter()
    for words in texts:
        known = ["abc".index(word) for word in words if word in "abc"]
        for i, word in enumerate(known):
            for j, other in enumerate(known):
                want[word, other] += 0 < abs(i - j) <= window
    prose = [paragraph(" ".join(words)) for words in texts]
    arguments = (prose, {"a": 0, "b": 1, "c": 2}, window)
    if want.total():
        assert Counter(map(tuple, text.skip_gram_pairs(*arguments).tolist())) == +want
        counts = text.cooccurrence_counts(*arguments)
        assert counts.tolist() == [[want[i, j] for j in range(3)] for i in range(3)]
        assert counts.dtype == torch.int64
    else:
        with pytest.raises(ValueError, match="paragraphs: expected one with two words"):
            text.cooccurrence_counts(*arguments)


# --- split by source file


def files(n: int) -> list[Paragraph]:
    """Two paragraphs in each of n files, not beside each other."""
    return [paragraph("a b", f"file{number}.py") for number in range(n)] * 2


@given(n=st.integers(20, 60), share=st.sampled_from([0.4, 0.5, 0.6]))
def test_split_keeps_every_paragraph_and_no_file_in_both(n, share):
    first, second = text.split(files(n), share)
    assert Counter(first + second) == Counter(files(n))
    assert not {p.source_file for p in first} & {p.source_file for p in second}


def test_split_keeps_the_order():
    for side in text.split(files(30), 0.5):
        assert side == [p for p in files(30) if p in side]


def test_split_puts_a_file_where_its_name_says():
    # sha256 puts them at 0.23, 0.07, 0.76, 0.83, in every process and version
    names = ["torch/nn/modules/rnn.py", "sympy/core/add.py"]
    others = ["torch/nn/functional.py", "sympy/matrices/dense.py"]
    first, second = text.split([paragraph("a b", name) for name in names + others], 0.5)
    assert [p.source_file for p in first] == names
    assert [p.source_file for p in second] == others


def test_split_does_not_move_a_file_when_others_come_or_go():
    first, _ = text.split(files(60), 0.5)
    assert text.split(files(60)[10:50], 0.5)[0] == [p for p in files(60)[10:50] if p in first]


def test_a_larger_share_only_adds_files():
    small, large = (set(text.split(files(100), share)[0]) for share in (0.3, 0.6))
    assert small < large


def test_split_at_two_shares_parts_the_rest_and_leaves_the_first_list_as_it_was():
    paragraphs = files(300)
    learn, choose, test = text.split(paragraphs, 0.5, 0.75)
    first, rest = text.split(paragraphs, 0.5)
    assert learn == first
    assert sorted(map(id, choose + test)) == sorted(map(id, rest))
    assert choose == [p for p in text.split(paragraphs, 0.75)[0] if p in rest]


def test_split_meets_the_share_roughly():
    first, second = text.split(files(2000), 0.8)
    assert abs(len(first) / len(first + second) - 0.8) < 0.03  # three standard errors


ONE = [paragraph("a b")]
BAD_INPUTS = {
    "vocabulary-kind": (
        text.vocabulary,
        ("a b", 1),
        TypeError,
        "paragraphs: expected a list of Paragraph, got 'a b'. Make it with text.paragraphs.",
    ),
    "vocabulary-of-strings": (
        text.vocabulary,
        (["a b"], 1),
        TypeError,
        "paragraphs: expected a list of Paragraph, got a list of str.",
    ),
    "vocabulary-of-none": (
        text.vocabulary,
        ([], 1),
        ValueError,
        "paragraphs: expected a list of Paragraph, got an empty one.",
    ),
    "vocabulary-size": (
        text.vocabulary,
        (ONE, 3),
        ValueError,
        "size: expected at most the 2 different words there are, got 3.",
    ),
    "passages-vocabulary": (
        text.passages,
        (ONE, ["a"], 1),
        TypeError,
        "vocabulary: expected a dict, word -> number, got a list.",
    ),
    "vocabulary-numbers": (
        text.cooccurrence_counts,
        (ONE, {"a": 1, "b": 2}, 1),
        ValueError,
        "vocabulary: expected the numbers from 0 to N - 1, each once, got others. Make it with",
    ),
    "pairs-window": (
        text.skip_gram_pairs,
        (ONE, {"a": 0}, 0),
        ValueError,
        "window: expected a whole number of at least 1, got 0.",
    ),
    "pairs-paragraphs": (
        text.skip_gram_pairs,
        ([], {"a": 0}, 1),
        ValueError,
        "paragraphs: expected a list of Paragraph, got an empty one.",
    ),
    "pairs-none": (
        text.cooccurrence_counts,
        (ONE, {"a": 0}, 1),
        ValueError,
        "paragraphs: expected one with two words of the vocabulary, got none.",
    ),
    "split-paragraphs": (
        text.split,
        ("a b", 0.5),
        TypeError,
        "paragraphs: expected a list of Paragraph, got 'a b'.",
    ),
    "split-share": (text.split, (ONE, 80), ValueError, "share: expected 0 <= share <= 1, got 80."),
    "split-falling": (
        text.split,
        (ONE, 0.9, 0.8),
        ValueError,
        "shares: expected rising numbers, at least one, got (0.9, 0.8). Such as 0.7, 0.85.",
    ),
    "split-nowhere": (text.split, (ONE,), ValueError, "shares: expected rising numbers, at least"),
    "split-nothing": (
        text.split,
        (ONE, 1),
        ValueError,
        "shares: expected paragraphs in each list, got 1, which leaves one empty. Read more",
    ),
    "passages-length": (
        text.passages,
        (ONE, {"a": 0}, 0),
        ValueError,
        "length: expected a whole number of at least 1, got 0.",
    ),
    "passages-too-long": (
        text.passages,
        (ONE, {"a": 0}, 2),
        ValueError,
        "length: expected words enough in one file for a passage, got 2.",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_refused_by_name(case):
    call, arguments, error, message = BAD_INPUTS[case]
    assert_refused(error, message, call, *arguments)
