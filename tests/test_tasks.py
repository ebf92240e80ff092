"""Made data: the keys are what the lesson's mathematics assumes about them."""

import doctest

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

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


def replayed(batch: tasks.Recall, n_pairs: int, n_keys: int) -> list[dict[int, list[int]]]:
    """What each text writes, read token by token: key -> its values, in order."""
    found = []
    for tokens in batch.tokens.tolist():
        writes = tokens[: len(tokens) - n_pairs]
        values: dict[int, list[int]] = {}
        for key, value in zip(writes[::2], writes[1::2], strict=True):
            values.setdefault(key, []).append(value - n_keys)
        found.append(values)
    return found


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    n_pairs=st.integers(1, 6),
    share=st.floats(0, 1),
    spare_keys=st.integers(0, 3),
    n_values=st.integers(2, 5),
    seed=st.integers(0, 2**32),
)
def test_recall_asks_each_written_key_once_for_its_last_value(
    n_pairs, share, spare_keys, n_values, seed
):
    n_rewritten, n_keys = round(share * n_pairs), n_pairs + spare_keys
    batch = tasks.mqar(
        4,
        n_pairs=n_pairs,
        n_rewritten=n_rewritten,
        n_keys=n_keys,
        n_values=n_values,
        rng=torch.Generator().manual_seed(seed),
    )
    assert batch.tokens.shape == (4, 2 * (n_pairs + n_rewritten) + n_pairs)
    texts = replayed(batch, n_pairs, n_keys)
    for values, tokens, answers, first in zip(texts, *map(torch.Tensor.tolist, batch), strict=True):
        asked = tokens[-n_pairs:]
        assert sorted(asked) == sorted(values)
        assert all(0 <= key < n_keys for key in asked)
        assert sorted(map(len, values.values())) == sorted(
            [2] * n_rewritten + [1] * (n_pairs - n_rewritten)
        )
        assert all(len(set(written)) == len(written) for written in values.values())
        assert answers == [values[key][-1] for key in asked]
        assert first == [values[key][0] for key in asked]
        assert all(0 <= answer < n_values for answer in answers)


def test_recall_leaks_no_answer(rng):
    # whoever does not read the writes is right by chance: 1 in n_values, whatever he looks at
    n = 40_000
    batch = tasks.mqar(n, n_pairs=4, n_rewritten=2, n_keys=8, n_values=5, rng=rng)
    asked = batch.tokens[:, -4:]
    for cue in (asked, torch.arange(4).expand(n, 4), asked.roll(1, dims=1)):
        for value in range(8):
            answers = batch.answers[cue == value]
            if len(answers):
                shares = answers.bincount(minlength=5) / len(answers)
                # five standard deviations of a share of 1/5 over the draws
                bound = 5 * 0.4 / len(answers) ** 0.5
                assert_close("share", shares, torch.full((5,), 0.2), bound)


def test_recall_prefers_no_place_for_a_key_that_is_asked_first(rng):
    batch = tasks.mqar(20_000, n_pairs=4, n_rewritten=0, n_keys=8, n_values=5, rng=rng)
    place = (batch.tokens[:, 0:8:2] == batch.tokens[:, 8:9]).float().mean(dim=0)
    assert_close("place", place, torch.full((4,), 0.25), 5 * 0.433 / 20_000**0.5)


def test_recall_rewrites_in_any_order(rng):
    batch = tasks.mqar(20_000, n_pairs=2, n_rewritten=1, n_keys=2, n_values=5, rng=rng)
    keys = batch.tokens[:, 0:6:2]
    once = (keys.sum(dim=1, keepdim=True) == 1).long() == keys  # the key that comes once
    share = once.float().mean(dim=0)
    assert_close("share", share, torch.full((3,), 1 / 3), 5 * 0.471 / 20_000**0.5)


def test_recall_comes_from_the_generator_alone():
    def batch(seed):
        return tasks.mqar(3, n_pairs=4, n_rewritten=2, rng=torch.Generator().manual_seed(seed))

    state = torch.get_rng_state()
    for one, same, other in zip(batch(1), batch(1), batch(2), strict=True):
        assert torch.equal(one, same)
        assert not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), state)


BAD_RECALL = {
    "no text": ((0,), {}, ValueError, "batch_size: expected a whole number of at least 1, got 0."),
    "more pairs than keys": (
        (2,),
        {"n_keys": 3},
        ValueError,
        "n_pairs: expected a whole number from 1 to 3, got 4. Keys of a text differ.",
    ),
    "more rewritten than pairs": (
        (2,),
        {"n_rewritten": 5},
        ValueError,
        "n_rewritten: expected a whole number from 0 to 4, got 5. A key is written at most twice.",
    ),
    "one value": ((2,), {"n_values": 1}, ValueError, "n_values: expected a whole number of at "),
    "seed": ((2,), {"rng": 0}, TypeError, "rng: expected a torch.Generator, got 0."),
}


@pytest.mark.parametrize("case", BAD_RECALL)
def test_a_recall_that_cannot_be_made_is_refused_by_name(case, rng):
    sizes, options, error, message = BAD_RECALL[case]
    assert_refused(error, message, tasks.mqar, *sizes, **{"n_pairs": 4, "rng": rng, **options})


def test_examples_in_docstrings_hold():
    results = doctest.testmod(tasks)
    assert results.attempted > 0
    assert results.failed == 0


def test_a_read_out_is_recognised_if_its_value_agrees_best(rng):
    read, values, others = (torch.randn(n, 3, generator=rng) for n in (40, 40, 5))
    by_loop = [
        all(r @ v > r @ other for other in others) for r, v in zip(read, values, strict=True)
    ]
    found = tasks.recognised(read, values, others)
    assert found.tolist() == by_loop
    assert 0 < sum(by_loop) < 40


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": torch.zeros(3, 2)}, "values: expected [N, V] = [4, 2], got [3, 2]"),
        ({"others": torch.zeros(9, 5)}, "others: expected [M, V]"),
        ({"read": [1.0]}, "read: expected"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(changed, message):
    given = {"read": torch.zeros(4, 2), "values": torch.zeros(4, 2), "others": torch.zeros(9, 2)}
    with pytest.raises((TypeError, ValueError)) as refused:
        tasks.recognised(**{**given, **changed})
    assert str(refused.value).startswith(message)
