"""Prose letter by letter: numbers and back, windows, contexts, and what came after them."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import assert_refused
from lcutils.text import Paragraph
from lcutils.text.letters import SIGNS, LetterCounts, as_letters, before, spelled, windows

LETTERS = st.lists(st.integers(0, 3), min_size=1, max_size=40).map(torch.tensor)


def prose(*texts):
    return [Paragraph(text, (), file) for file, text in texts]


def test_letters_are_lower_case_digits_are_zeros_and_other_signs_are_left_out():
    letters = as_letters("A 27-tuple: (x, y)!\nIt's é.")
    assert spelled(letters) == "a 00-tuple (x, y)\nit's ."


def test_every_sign_comes_back_as_it_was():
    assert spelled(torch.arange(len(SIGNS))) == SIGNS
    assert len(set(SIGNS)) == len(SIGNS) == 35


def test_what_is_no_sign_is_spelled_as_a_gap():
    assert spelled(torch.tensor([2, len(SIGNS), 3, -1])) == "a_b_"


def test_windows_are_cut_one_after_the_other_within_a_file():
    paragraphs = prose(("a.py", "Ab, c!"), ("a.py", "De"), ("b.py", "fgh"), ("c.py", "i"))
    assert [spelled(window) for window in windows(paragraphs, 3)] == ["ab,", " c\n", "fgh"]


@pytest.mark.parametrize(
    ("paragraphs", "length", "said"),
    [
        ([], 3, "paragraphs: expected a list of Paragraph, got an empty one."),
        (prose(("a.py", "ab")), 3, "length: expected letters enough in one file for a window"),
        (prose(("a.py", "ab")), 0, "length: "),
    ],
)
def test_what_makes_no_window_is_named(paragraphs, length, said):
    assert_refused(ValueError, said, windows, paragraphs, length)


def test_before_a_place_stand_the_letters_before_it_the_nearest_last():
    assert before(torch.tensor([5, 6, 7]), 2).tolist() == [[0, 0], [0, 5], [5, 6]]
    assert before(torch.tensor([5, 6, 7]), 0).shape == (3, 0)


def test_what_is_no_text_and_a_context_too_long_are_refused():
    assert_refused(TypeError, "written: expected a text, got a list", as_letters, ["abc"])
    assert_refused(ValueError, "n: expected", before, torch.tensor([1]), 13)


@given(letters=LETTERS, n=st.integers(0, 3))
def test_counts_are_those_of_a_plain_loop(letters, n):
    padded, want = [0] * n + letters.tolist(), Counter()
    for t, letter in enumerate(letters.tolist()):
        want[(*padded[t : t + n], letter)] += 1
    counts = LetterCounts(letters, n)
    asked = torch.cartesian_prod(*[torch.arange(5)] * n).view(-1, n) if n else torch.zeros(1, 0)
    asked = asked.long()  # 4 never came
    for context, row in zip(asked.tolist(), counts.after(asked).tolist(), strict=True):
        assert row == [want[(*context, letter)] for letter in range(len(SIGNS))]


def test_of_a_longer_context_the_last_letters_count():
    counts = LetterCounts(torch.tensor([1, 2, 3, 1, 2, 4]), 2)
    long = torch.tensor([[9, 9, 1, 2]])
    assert counts.after(long).equal(counts.after(torch.tensor([[1, 2]])))
    assert counts.after(long)[0].nonzero().flatten().tolist() == [3, 4]


def test_a_context_that_is_too_short_is_refused():
    counts = LetterCounts(torch.tensor([1, 2, 3, 1, 2, 4]), 3)
    said = "contexts: expected [B, n] with n at least 3, got [1, 2]"
    assert_refused(ValueError, said, counts.after, torch.tensor([[1, 2]]))


@pytest.mark.parametrize("n", [1, 12])
def test_contexts_that_differ_in_their_first_letter_alone_are_told_apart(n):
    letters = torch.tensor([1, *[2] * (n - 1), 3, *[2] * (n - 1), 5])
    counts = LetterCounts(letters, n)
    last = torch.tensor([[3, *[2] * (n - 1)]])
    assert counts.after(last)[0].nonzero().flatten().tolist() == [5]
