"""Made data: the keys are what the lesson's mathematics assumes about them."""

import doctest

import pytest
import torch

from helpers import assert_close, assert_refused
from lcutils import tasks


def test_unit_keys_have_length_one(rng):
    assert_close("length", tasks.unit_keys(2, 5, 3, rng=rng).norm(dim=-1), torch.ones(2, 5), 1e-6)


@pytest.mark.parametrize("sizes", [(3,), (5, 3), (2, 5, 3), (1, 1)], ids=str)
def test_unit_keys_have_the_sizes_asked_for(sizes, rng):
    keys = tasks.unit_keys(*sizes, rng=rng)
    assert (tuple(keys.shape), keys.dtype) == (sizes, torch.float32)


def test_unit_keys_prefer_no_direction(rng):
    d, n = 4, 200_000
    keys = tasks.unit_keys(n, d, rng=rng).double()
    # a mean of n numbers of variance about 1/d: five standard deviations are 0.006
    assert_close("mean", keys.mean(dim=0), torch.zeros(d).double(), 0.006)
    assert_close("k k^T", keys.T @ keys / n, torch.eye(d).double() / d, 0.006)
    # along the diagonal too, where a cube's corners would show: E (q.k)^4 = 3 / (d (d + 2))
    fourth = (keys @ torch.full((d, 1), d**-0.5).double()).pow(4).mean(dim=0)
    assert_close("fourth moment", fourth, torch.full((1,), 3 / (d * (d + 2))).double(), 0.006)


def test_unit_keys_come_from_the_generator_alone():
    def keys(seed):
        return tasks.unit_keys(5, 3, rng=torch.Generator().manual_seed(seed))

    state = torch.get_rng_state()
    assert torch.equal(keys(1), keys(1))
    assert not torch.equal(keys(1), keys(2))
    assert torch.equal(torch.get_rng_state(), state)


BAD_INPUTS = {
    "none": ((), {}, ValueError, "sizes: expected how many keys, and the numbers in each, got "),
    "zero": ((5, 0), {}, ValueError, "sizes: expected a whole number of at least 1, got 0."),
    "float": ((5.0, 3), {}, TypeError, "sizes: expected a whole number of at least 1, got 5.0."),
    "tuple": (((5, 3),), {}, TypeError, "sizes: expected a whole number of at least 1, got a "),
    "seed": ((5, 3), {"rng": 0}, TypeError, "rng: expected a torch.Generator, got 0."),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_refused_by_name(case, rng):
    sizes, options, error, message = BAD_INPUTS[case]
    assert_refused(error, message, tasks.unit_keys, *sizes, **{"rng": rng, **options})


def test_examples_in_docstrings_hold():
    results = doctest.testmod(tasks)
    assert results.attempted > 0
    assert results.failed == 0
