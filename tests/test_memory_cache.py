"""The memories that keep tokens, and the one that fits them all."""

import itertools

import pytest
import torch

from helpers import assert_close, assert_refused
from lcutils.memory import (
    full_attention,
    full_attention_step,
    least_squares,
    least_squares_step,
    window_attention,
    window_attention_step,
)

B, T, H, K, V = 2, 150, 3, 4, 6
WINDOWS = [(1, 0), (5, 0), (5, 2), (64, 1), (200, 3)]


def draw(rng, n_tokens=T):
    sizes = (K, K, V)
    return [torch.randn(B, n_tokens, H, n, generator=rng, dtype=torch.float64) for n in sizes]


def by_definition(q, k, v, window=10**9, sinks=0, scale=None):
    """Softmax over the tokens that are kept, one query after the other."""
    outputs = []
    for t in range(q.shape[1]):
        kept = [j for j in range(t + 1) if j > t - window or j < sinks]
        scores = torch.einsum("bhk,bjhk->bjh", q[:, t], k[:, kept]) * (scale or K**-0.5)
        outputs.append(torch.einsum("bjh,bjhv->bhv", scores.softmax(dim=1), v[:, kept]))
    return torch.stack(outputs, dim=1)


def run(window, sinks, *inputs, **options):
    if window is None:
        return full_attention(*inputs, **options)
    return window_attention(*inputs, window=window, sinks=sinks, **options)


@pytest.mark.parametrize(("window", "sinks"), [(None, 0), *WINDOWS])
@pytest.mark.parametrize("scale", [None, 0.7])
def test_attention_is_the_softmax_over_the_tokens_kept_in_outputs_and_gradients(
    window, sinks, scale, rng
):
    inputs = [x.requires_grad_() for x in draw(rng)]
    o, _ = run(window, sinks, *inputs, scale=scale)
    want = by_definition(*inputs, window or 10**9, sinks, scale)
    assert_close("o", o, want)
    gradients = [torch.autograd.grad(x.square().sum(), inputs) for x in (o, want)]
    for name, got, wanted in zip("qkv", *gradients, strict=True):
        assert_close(f"d{name}", got, wanted)


@pytest.mark.parametrize(("window", "sinks"), [(None, 0), *WINDOWS])
@pytest.mark.parametrize("cuts", [[0], [1, 2], [70, 70, 149]])
def test_attention_continues_from_its_cache(window, sinks, cuts, rng):
    inputs = draw(rng)
    want, last = run(window, sinks, *inputs, output_final_state=True)
    state, outputs, places = None, [], [0, *cuts, T]
    for start, end in itertools.pairwise(places):
        part = [x[:, start:end] for x in inputs]
        o, state = run(window, sinks, *part, initial_state=state, output_final_state=True)
        outputs.append(o)
    assert_close("o", torch.cat(outputs, dim=1), want)
    assert torch.equal(state, last)


@pytest.mark.parametrize(("window", "sinks"), [(None, 0), *WINDOWS])
def test_attention_steps_are_the_whole(window, sinks, rng):
    q, k, v = draw(rng)
    want, last = run(window, sinks, q, k, v, output_final_state=True)
    state, outputs = torch.zeros(B, 0, H, K + V).double(), []
    for now in zip(q.unbind(1), k.unbind(1), v.unbind(1), strict=True):
        if window is None:
            o, state = full_attention_step(*now, state)
        else:
            o, state = window_attention_step(*now, state, window=window, sinks=sinks)
        outputs.append(o)
    assert_close("o", torch.stack(outputs, dim=1), want)
    assert torch.equal(state, last)


def test_the_window_cache_does_not_grow(rng):
    for n_tokens, size in ((3, 3), (7, 7), (8, 7), (150, 7)):
        _, cache = window_attention(
            *draw(rng, n_tokens), window=5, sinks=2, output_final_state=True
        )
        assert list(cache.shape) == [B, size, H, K + V]


def test_the_state_is_none_unless_asked_for(rng):
    inputs = draw(rng)
    assert full_attention(*inputs)[1] is None
    assert window_attention(*inputs, window=3)[1] is None
    assert least_squares(*inputs, ridge=1.0)[1] is None


@pytest.mark.parametrize("ridge", [1e-3, 1.0])
def test_least_squares_is_the_ridge_solution_at_every_token(ridge, rng):
    q, k, v = draw(rng, 12)
    o, last = least_squares(q, k, v, ridge=ridge, scale=1.0, output_final_state=True)
    for t in range(12):
        keys, values = (x[:, : t + 1].transpose(1, 2) for x in (k, v))  # [B, H, t + 1, ...]
        system = keys.mT @ keys + ridge * torch.eye(K).double()
        S = torch.linalg.solve(system, keys.mT @ values)
        # the inverse is updated, not made anew: what is left of 1/ridge = 1000 costs three digits
        assert_close("o", o[:, t], torch.einsum("bhkv,bhk->bhv", S, q[:, t]), 1e-7)
    assert_close("S", last[..., K:], S, 1e-7)


def test_least_squares_continues_from_its_state(rng):
    q, k, v = draw(rng, 12)
    want, last = least_squares(q, k, v, ridge=0.5, output_final_state=True)
    head = [x[:, :5] for x in (q, k, v)]
    tail = [x[:, 5:] for x in (q, k, v)]
    first, state = least_squares(*head, ridge=0.5, output_final_state=True)
    second, end = least_squares(*tail, ridge=0.5, initial_state=state, output_final_state=True)
    assert_close("o", torch.cat([first, second], dim=1), want)
    assert_close("state", end, last)


@pytest.mark.parametrize("ridge", [1e-2, 1e-4, 1e-6])
def test_least_squares_in_float32_is_as_exact_as_float32(ridge, rng):
    k = torch.randn(1, 2000, 1, 16, generator=rng)
    v = torch.randn(1, 2000, 1, V, generator=rng)
    o, last = least_squares(k, k, v, ridge=ridge, output_final_state=True)
    keys, values = k[0, :, 0].double(), v[0, :, 0].double()
    want = torch.linalg.solve(keys.T @ keys + ridge * torch.eye(16).double(), keys.T @ values)
    assert (o.dtype, last.dtype) == (torch.float32, torch.float32)
    # one rounding of the result: in float32 what is lost at first, 1 / ridge, is never made good
    assert_close("S", last[0, 0, :, 16:].double() / want.abs().max(), want / want.abs().max(), 1e-7)


def test_least_squares_steps_from_a_state_in_float64_lose_nothing(rng):
    k, v = torch.randn(1, 300, 1, 16, generator=rng), torch.randn(1, 300, 1, V, generator=rng)
    state = torch.eye(16, 16 + V).double()[None, None] / 1e-6
    want, last = least_squares(k, k, v, ridge=1e-6, initial_state=state, output_final_state=True)
    for t in range(300):
        o, state = least_squares_step(k[:, t], k[:, t], v[:, t], state)
        assert_close("o", o, want[:, t], 0)
    assert (want.dtype, last.dtype) == (torch.float32, torch.float64)
    assert_close("state", state, last, 0)


def test_least_squares_recalls_every_pair_where_the_keys_are_independent(rng):
    _, k, v = draw(rng, K)
    _, state = least_squares(k, k, v, ridge=1e-9, output_final_state=True)
    found = torch.einsum("bhkv,bthk->bthv", state[..., K:], k)
    assert_close("v", found, v, 1e-4)  # ridge 1e-9, and keys that may lie close to each other


BAD_INPUTS = {
    "cache of keys alone": (
        full_attention,
        {"initial_state": torch.zeros(B, 5, H, K).double()},
        "initial_state: expected [B, N, H, K+V] = [2, N, 3, 10], got [2, 5, 3, 4]. The cache",
    ),
    "no window": (window_attention, {"window": 0}, "window: expected a whole number of at least 1"),
    "negative sinks": (window_attention, {"window": 2, "sinks": -1}, "sinks: expected a whole"),
    "no ridge": (least_squares, {"ridge": 0.0}, "ridge: expected a number above 0, got 0."),
    "negative ridge": (least_squares, {"ridge": -1.0}, "ridge: expected 0 <= ridge <= inf"),
    "a state of S alone": (
        least_squares,
        {"ridge": 1.0, "initial_state": torch.zeros(B, H, K, V).double()},
        "initial_state: expected [B, H, K, K+V] = [2, 3, 4, 10], got [2, 3, 4, 6]. P and S stand",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_misuse_is_refused_by_name(case, rng):
    call, options, message = BAD_INPUTS[case]
    assert_refused(ValueError, message, call, *draw(rng), **options)


def test_a_step_refuses_a_wrong_shape_by_name(rng):
    q, _, v = (x[:, 0] for x in draw(rng))
    cache = torch.zeros(B, 2, H, K + V).double()
    for call in (full_attention_step, least_squares_step):
        assert_refused(ValueError, "k: expected [B, H, K]", call, q, v, v, cache)


def test_a_cache_that_is_no_tensor_is_refused_by_name(rng):
    message = "initial_state: expected a tensor [B, N, H, K+V], got a list. The cache holds"
    assert_refused(TypeError, message, full_attention, *draw(rng), initial_state=[1.0])
