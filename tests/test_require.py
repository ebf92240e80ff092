"""Argument checks: one form of error, naming the argument, what came and what was wanted."""

import math

import pytest
import torch

from lcutils import _require


def test_tensor_fills_in_the_sizes_it_meets():
    sizes: dict[str, int] = {}
    _require.tensor("x", torch.zeros(2, 5, 3), "B T D", sizes)
    assert sizes == {"B": 2, "T": 5, "D": 3}


def test_tensor_of_the_wrong_shape_is_refused_with_both_shapes_and_the_hint():
    with pytest.raises(ValueError, match="beta") as caught:
        _require.tensor(
            "beta", torch.zeros(2, 5), "B T H", {"B": 2, "T": 5, "H": 3}, "One number a head."
        )
    assert str(caught.value) == (
        "beta: expected [B, T, H] = [2, 5, 3], got [2, 5]. One number a head."
    )


def test_tensor_with_a_letter_not_yet_known_shows_the_letter():
    with pytest.raises(ValueError, match=r"expected \[B, D\] = \[2, D\], got \[3, 4\]"):
        _require.tensor("state", torch.zeros(3, 4), "B D", {"B": 2})


def test_tensor_does_not_touch_the_sizes_when_it_refuses():
    sizes = {"B": 2}
    with pytest.raises(ValueError, match="x"):
        _require.tensor("x", torch.zeros(3, 4), "B D", sizes)
    assert sizes == {"B": 2}


@pytest.mark.parametrize("junk", [None, [1.0], "x", 3, torch.zeros(2, 2).numpy()], ids=str)
def test_what_is_no_tensor_is_a_type_error(junk):
    with pytest.raises(TypeError, match="x: expected a tensor"):
        _require.tensor("x", junk, "B D")


def test_an_integer_tensor_is_a_type_error_that_says_what_to_do():
    with pytest.raises(TypeError, match=r"got int64 \[2, 2\]\. Convert it with \.float\(\)"):
        _require.tensor("x", torch.zeros(2, 2, dtype=torch.long), "B D")


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1, 1.1])
def test_number_outside_its_range_is_a_value_error(value):
    with pytest.raises(ValueError, match="gamma: expected 0 <= gamma <= 1"):
        _require.number("gamma", value, 0, 1)


@pytest.mark.parametrize("junk", [True, "0.5", None, [0.5]], ids=str)
def test_number_of_the_wrong_kind_is_a_type_error(junk):
    with pytest.raises(TypeError, match="gamma"):
        _require.number("gamma", junk, 0, 1)


def test_number_returns_a_float_and_count_an_int():
    assert isinstance(_require.number("x", 1), float)
    assert _require.count("n", 3) == 3


@pytest.mark.parametrize("value", [0, -1])
def test_count_below_its_least_is_a_value_error(value):
    with pytest.raises(ValueError, match="n: expected a whole number of at least 1"):
        _require.count("n", value)


def test_count_of_a_float_is_a_type_error():
    with pytest.raises(TypeError, match="got 3.0"):
        _require.count("n", 3.0)


def test_blank_text_is_refused():
    with pytest.raises(ValueError, match="sentence: expected a string that is not blank"):
        _require.text("sentence", "  ")


def test_one_of_lists_what_may_be_said():
    with pytest.raises(ValueError, match="answer: expected one of a, b, got 'c'"):
        _require.one_of("answer", "c", ["a", "b"])


def test_function_is_refused_when_it_cannot_be_called():
    with pytest.raises(TypeError, match="draw: expected a function, got 3"):
        _require.function("draw", 3)


def test_long_strings_are_cut_in_messages():
    assert len(_require.kind_of("x" * 1000)) == 40
