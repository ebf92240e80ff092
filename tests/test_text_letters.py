"""Prose as letters: windows of numbers, and back."""

import pytest
import torch

from lcutils.text import Paragraph
from lcutils.text.letters import LETTERS, letters, spelled


def made(*texts):
    return [Paragraph(text, (), file) for file, text in texts]


def test_windows_are_cut_one_after_the_other_within_a_file():
    prose = made(("a.py", "Ab, c!"), ("a.py", "De"), ("b.py", "fgh"))
    assert [spelled(window) for window in letters(prose, 3)] == ["ab,", " c ", "fgh"]


def test_each_letter_has_a_number_of_its_own():
    numbers = letters(made(("a.py", LETTERS)), len(LETTERS))
    assert numbers.tolist() == [list(range(len(LETTERS)))]


def test_what_is_no_letter_is_spelled_as_a_gap():
    assert spelled(torch.tensor([1, len(LETTERS), 2])) == "a_b"


@pytest.mark.parametrize(
    ("prose", "length", "said"),
    [
        ([], 3, "paragraphs: expected a list of Paragraph"),
        (made(("a.py", "ab")), 3, "length: expected letters enough in one file for a window"),
        (made(("a.py", "ab")), 0, "length: "),
    ],
)
def test_what_makes_no_window_is_named(prose, length, said):
    with pytest.raises(ValueError, match=said):
        letters(prose, length)
