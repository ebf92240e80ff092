"""Random pairs in a memory: what is recalled, pair by pair, among strangers."""

import pytest
import torch

from lcutils import untrained


def sum_of_pairs(keys, values):
    return keys @ (keys.T @ values)


def test_what_is_kept_whole_is_always_recalled_and_what_is_not_kept_hardly_ever(rng):
    assert (untrained.recalled(lambda k, v: v, 20, 4, 16, rng=rng) == 1).all()
    lost = untrained.recalled(lambda k, v: v.roll(1, dims=0), 20, 4, 16, rng=rng, trials=50)
    assert lost.mean() < 0.02  # by chance one in 256


def test_the_first_number_is_of_the_oldest_pair(rng):
    def forgets_the_oldest(keys, values):
        return torch.cat([-values[:1], values[1:]])

    found = untrained.recalled(forgets_the_oldest, 5, 4, 16, rng=rng)
    assert found.tolist() == [0, 1, 1, 1, 1]


def test_the_more_pairs_the_fewer_are_recalled(rng):
    shares = [
        untrained.recalled(sum_of_pairs, n, 16, 16, rng=rng).mean().item() for n in (4, 32, 256)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.9 > 0.2 > shares[2]


@pytest.mark.parametrize(("name", "bad"), [("n", 0), ("K", 2.5), ("trials", 0)])
def test_a_size_that_is_none_is_refused_by_name(name, bad, rng):
    options = {"n": 3, "K": 4, "V": 4, "trials": 2, name: bad}
    error = ValueError if bad == 0 else TypeError
    with pytest.raises(error, match=f"^{name}: expected "):
        untrained.recalled(sum_of_pairs, rng=rng, **options)
