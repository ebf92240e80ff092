"""The shared experiment: a model is trained on recall and asked texts that it has not seen."""

import math

import pytest
import torch

from helpers import assert_refused
from lcutils import nets, recall

SMALL = {"n_pairs": 3, "n_keys": 6, "n_values": 4, "d": 16}


def run(rung="delta_rule", **change):
    return recall.trained(rung, **{**SMALL, "steps": 120, "seed": 0, **change})


def test_a_trained_model_answers_texts_that_it_has_not_seen():
    result = run(n_rewritten=3)
    assert result.right > 0.9
    assert result.rewritten == result.right  # all keys were
    assert result.stale < 0.1
    assert isinstance(result.model, nets.Model)


def test_without_training_it_guesses():
    result = run(steps=1)
    assert result.right == pytest.approx(1 / 4, abs=0.1)


def test_a_sum_answers_with_old_and_new_alike():
    result = run("linear_attention", n_rewritten=3)
    assert result.right == pytest.approx(0.5, abs=0.05)
    assert result.stale == pytest.approx(0.5, abs=0.05)


def test_without_rewritten_keys_there_is_no_share_of_them():
    assert math.isnan(run(steps=1).rewritten)


def test_the_seed_alone_fixes_the_result():
    torch.manual_seed(1)
    one = run(steps=5, seed=1)
    torch.manual_seed(2)
    same, other = run(steps=5, seed=1), run(steps=5, seed=2)
    assert one.right == same.right
    assert torch.equal(one.model.answer.weight, same.model.answer.weight)
    assert not torch.equal(one.model.answer.weight, other.model.answer.weight)


def test_the_number_of_parameters_is_kept_whatever_the_memory():
    for size in (2, 16):
        model = recall.trained(
            "delta_rule", n_pairs=2, steps=1, seed=0, n_parameters=24_000, key_size=size
        ).model
        n = sum(weight.numel() for weight in model.parameters())
        assert n == pytest.approx(24_000, rel=0.01)


def test_an_unknown_rung_is_refused_by_name():
    assert_refused(ValueError, "rung: expected one of additive_memory", run, "tape")
