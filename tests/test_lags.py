"""Sequences whose answer lies far back: what is asked is what stands there, and no guess helps."""

import doctest

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import assert_close, assert_refused
from lcutils import lags

seeds = st.integers(0, 2**32)
made_up = settings(max_examples=60, deadline=None, derandomize=True)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@made_up
@given(n_letters=st.integers(1, 5), lag=st.integers(1, 7), n_kinds=st.integers(2, 6), seed=seeds)
def test_letters_are_wanted_in_order_from_the_sign_on(n_letters, lag, n_kinds, seed):
    text = lags.copying(3, n_letters=n_letters, lag=lag, n_kinds=n_kinds, rng=seeded(seed))
    for tokens, answers in zip(text.inputs.tolist(), text.answers.tolist(), strict=True):
        assert tokens[:n_letters] == answers
        assert all(0 <= letter < n_kinds for letter in answers)
        assert [place for place, token in enumerate(tokens) if token == n_kinds + 1] == [
            n_letters - 1 + lag
        ]
        assert tokens.count(n_kinds) == lag + n_letters - 2
        assert tokens[-n_letters] == n_kinds + 1  # the first of the last N read-outs


@made_up
@given(T=st.integers(2, 9), n_others=st.integers(1, 4), seed=seeds)
def test_the_order_asked_for_is_that_of_the_two_signs(T, n_others, seed):
    text = lags.temporal_order(3, T, n_others=n_others, rng=seeded(seed))
    for tokens, answer in zip(text.inputs.tolist(), text.answers.tolist(), strict=True):
        first, second = (token for token in tokens if token < 2)
        assert answer == 2 * first + second
        assert sum(token < 2 for token in tokens[: T // 2]) == 1
        assert max(tokens) < 2 + n_others


@made_up
@given(T=st.integers(2, 9), seed=seeds)
def test_the_sum_asked_for_is_of_the_two_marked_numbers(T, seed):
    numbers, marks = lags.adding(3, T, rng=seeded(seed)).inputs.unbind(dim=2)
    answers = lags.adding(3, T, rng=seeded(seed)).answers
    assert_close("sum", (numbers * marks).sum(dim=1), answers, 1e-6)
    assert marks[:, : T // 2].sum(dim=1).tolist() == [1] * 3
    assert marks[:, T // 2 :].sum(dim=1).tolist() == [1] * 3
    assert set(marks.flatten().tolist()) <= {0, 1}


def test_who_has_not_read_the_letters_guesses(rng):
    text = lags.copying(20_000, n_letters=3, lag=4, n_kinds=5, rng=rng)
    for place in range(3):
        shares = text.answers[:, place].bincount(minlength=5) / 20_000
        assert_close("share", shares, torch.full((5,), 0.2), 5 * 0.4 / 20_000**0.5)
    # and knowing one letter says nothing about the next
    after = text.answers[text.answers[:, 0] == 2, 1]
    shares = after.bincount(minlength=5) / len(after)
    assert_close("share", shares, torch.full((5,), 0.2), 5 * 0.4 / len(after) ** 0.5)


def test_who_has_read_one_half_of_the_order_is_right_every_other_time(rng):
    text = lags.temporal_order(20_000, 10, rng=rng)
    shares = text.answers.bincount(minlength=4) / 20_000
    assert_close("share", shares, torch.full((4,), 0.25), 5 * 0.433 / 20_000**0.5)
    second = text.answers % 2 == 1
    shares = text.answers[second].bincount(minlength=4) / second.sum()
    bound = 5 * 0.5 / second.sum().item() ** 0.5
    assert_close("share", shares, torch.tensor([0.0, 0.5, 0.0, 0.5]), bound)


def test_who_always_says_one_has_an_error_of_a_sixth(rng):
    answers = lags.adding(40_000, 10, rng=rng).answers
    # the square has variance 7/180: five standard deviations of a mean of 40,000 are 0.005
    assert_close("error", (answers - 1).square().mean(), torch.tensor(1 / 6), 0.005)


def test_marks_and_signs_prefer_no_place_in_their_half(rng):
    marks = lags.adding(20_000, 8, rng=rng).inputs[:, :, 1]
    signs = lags.temporal_order(20_000, 8, rng=rng).inputs < 2
    for at in (marks, signs.float()):
        assert_close("share", at.mean(dim=0), torch.full((8,), 0.25), 5 * 0.433 / 20_000**0.5)


DRAWS = {
    "copying": lambda rng: lags.copying(3, n_letters=2, lag=3, rng=rng),
    "temporal_order": lambda rng: lags.temporal_order(3, 6, rng=rng),
    "adding": lambda rng: lags.adding(3, 6, rng=rng),
}


@pytest.mark.parametrize("task", DRAWS)
def test_a_draw_comes_from_the_generator_alone(task):
    state = torch.get_rng_state()
    one, again, other = (DRAWS[task](seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.inputs, again.inputs)
    assert torch.equal(one.answers, again.answers)
    assert not torch.equal(one.inputs, other.inputs)
    assert torch.equal(torch.get_rng_state(), state)


AT_LEAST = "expected a whole number of at least"
BAD_INPUTS = {
    "no letters": (lags.copying, (3,), {"n_letters": 0, "lag": 3}, f"n_letters: {AT_LEAST} 1"),
    "no lag": (lags.copying, (3,), {"n_letters": 2, "lag": 0}, f"lag: {AT_LEAST} 1, got 0."),
    "one kind": (
        lags.copying,
        (3,),
        {"n_letters": 2, "lag": 3, "n_kinds": 1},
        f"n_kinds: {AT_LEAST} 2, got 1. Of one letter nothing need be remembered.",
    ),
    "one token": (lags.temporal_order, (3, 1), {}, f"T: {AT_LEAST} 2, got 1. Each half has one"),
    "no others": (lags.temporal_order, (3, 6), {"n_others": 0}, f"n_others: {AT_LEAST} 1, got 0."),
    "one number": (lags.adding, (3, 1), {}, f"T: {AT_LEAST} 2, got 1. Each half has one"),
    "empty batch": (lags.adding, (0, 6), {}, f"batch_size: {AT_LEAST} 1, got 0."),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_refused_by_name(case, rng):
    task, sizes, options, message = BAD_INPUTS[case]
    assert_refused(ValueError, message, task, *sizes, **options, rng=rng)


def test_a_seed_in_place_of_a_generator_is_refused():
    assert_refused(TypeError, "rng: expected a torch.Generator, got 0.", lags.adding, 3, 6, rng=0)


def test_the_examples_in_the_docstrings_run():
    result = doctest.testmod(lags)
    assert result.attempted
    assert not result.failed
