"""The memories with a vector as state: each is compared with a plain loop."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from helpers import assert_close, assert_refused
from lcutils.memory import (
    additive_memory,
    additive_memory_step,
    decay_memory,
    decay_memory_step,
)

B, T, D = 2, 5, 3  # every size its own, so that a transposed axis cannot pass
GAMMAS = [1.0, 0.97, 0.5, 0.0]
LENGTHS = [1, 2, 3, 4, T, 63, 100]  # powers of two and others: the scan doubles


def draw(rng: torch.Generator, *sizes: int) -> Tensor:
    return torch.randn(*sizes, generator=rng, dtype=torch.float64)


def loop(x: Tensor, state: Tensor, gamma: float) -> tuple[Tensor, Tensor]:
    """What both scans have to equal."""
    states = []
    for t in range(x.shape[1]):
        state = gamma * state + x[:, t]
        states.append(state)
    return torch.stack(states, dim=1), state


def scan(x: Tensor, state: Tensor | None, gamma: float | None) -> tuple[Tensor, Tensor]:
    """The additive memory where gamma is None, else the decaying one."""
    if gamma is None:
        o, last = additive_memory(x, initial_state=state, output_final_state=True)
    else:
        o, last = decay_memory(x, gamma=gamma, initial_state=state, output_final_state=True)
    assert last is not None
    return o, last


@pytest.mark.parametrize("n_steps", LENGTHS, ids="T{}".format)
@pytest.mark.parametrize("gamma", [None, *GAMMAS], ids=lambda g: "sum" if g is None else f"g{g:g}")
def test_scan_equals_loop_in_outputs_state_and_gradients(gamma, n_steps, rng):
    x, initial = draw(rng, B, n_steps, D).requires_grad_(), draw(rng, B, D).requires_grad_()
    weight, weight_last = draw(rng, B, n_steps, D), draw(rng, B, D)
    results = []
    for o, last in (
        scan(x, initial, gamma),
        loop(x, initial, 1.0 if gamma is None else gamma),
    ):
        value = (weight * o.square()).sum() + (weight_last * last.square()).sum()
        results.append((o, last, *torch.autograd.grad(value, [x, initial])))
    for name, got, want in zip(("o", "state", "dx", "dinitial"), *results, strict=True):
        assert_close(name, got, want, tolerance=1e-10)


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.tuples(st.integers(1, 3), st.integers(1, 40), st.integers(1, 4)),
    gamma=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**32),
)
def test_decay_scan_equals_loop_at_any_size_and_gamma(sizes, gamma, seed):
    rng = torch.Generator().manual_seed(seed)
    x, initial = draw(rng, *sizes), draw(rng, sizes[0], sizes[2])
    got, want = scan(x, initial, gamma), loop(x, initial, gamma)
    assert_close("o", got[0], want[0])
    assert_close("state", got[1], want[1])


@pytest.mark.parametrize("gamma", [None, 0.9], ids=["sum", "decay"])
@pytest.mark.parametrize("cut", [1, 2, T - 1])
def test_scan_continues_from_state(gamma, cut, rng):
    x, initial = draw(rng, B, T, D), draw(rng, B, D)
    whole, last = scan(x, initial, gamma)
    first, state = scan(x[:, :cut], initial, gamma)
    second, final = scan(x[:, cut:], state, gamma)
    assert_close("o", torch.cat([first, second], dim=1), whole)
    assert_close("state", final, last)


@pytest.mark.parametrize("gamma", [None, 0.9], ids=["sum", "decay"])
def test_steps_equal_scan(gamma, rng):
    x, state = draw(rng, B, T, D), draw(rng, B, D)
    want, last = scan(x, state, gamma)
    outputs = []
    for t in range(T):
        if gamma is None:
            o, state = additive_memory_step(x[:, t], state)
        else:
            o, state = decay_memory_step(x[:, t], state, gamma=gamma)
        outputs.append(o)
    assert_close("o", torch.stack(outputs, dim=1), want)
    assert_close("state", state, last)


@pytest.mark.parametrize("gamma", [None, 0.9], ids=["sum", "decay"])
def test_no_initial_state_means_zeros(gamma, rng):
    x = draw(rng, B, T, D)
    assert torch.equal(scan(x, None, gamma)[0], scan(x, torch.zeros(B, D).double(), gamma)[0])


@pytest.mark.parametrize("gamma", [None, 0.9], ids=["sum", "decay"])
def test_no_steps_leave_the_initial_state(gamma, rng):
    initial = draw(rng, B, D)
    o, last = scan(initial.new_zeros(B, 0, D), initial, gamma)
    assert o.shape == (B, 0, D)
    assert torch.equal(last, initial)


@pytest.mark.parametrize("gamma", [None, 0.9], ids=["sum", "decay"])
def test_an_output_does_not_depend_on_later_items(gamma, rng):
    x, initial = draw(rng, B, T, D), draw(rng, B, D)
    changed = x.clone()
    changed[:, 3:] += 1.0
    before, after = scan(x, initial, gamma)[0], scan(changed, initial, gamma)[0]
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.equal(before[:, 3], after[:, 3])


@pytest.mark.parametrize("gamma", [None, 0.9], ids=["sum", "decay"])
def test_scan_leaves_its_inputs_and_keeps_outputs_apart_from_the_state(gamma, rng):
    x, initial = draw(rng, B, T, D), draw(rng, B, D)
    x_before, initial_before = x.clone(), initial.clone()
    o, last = scan(x, initial, gamma)
    o_before = o.clone()
    last += 1.0
    assert torch.equal(x, x_before)
    assert torch.equal(initial, initial_before)
    assert torch.equal(o, o_before)


@pytest.mark.parametrize("output", [additive_memory, lambda x: decay_memory(x, gamma=0.9)])
def test_state_is_none_unless_asked_for(output, rng):
    assert output(draw(rng, B, T, D))[1] is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scan_keeps_the_dtype(dtype):
    x = torch.ones(B, T, D, dtype=dtype)
    assert {tensor.dtype for tensor in (*scan(x, None, None), *scan(x, None, 0.5))} == {dtype}


def test_sum_is_the_same_for_every_order(rng):
    x = draw(rng, B, T, D)
    assert_close("state", scan(x.flip(1), None, None)[1], scan(x, None, None)[1])


def test_decay_of_one_is_the_sum(rng):
    x = draw(rng, B, T, D)
    assert_close("o", scan(x, None, 1.0)[0], scan(x, None, None)[0])


def test_decay_of_zero_keeps_the_newest_item_only(rng):
    x = draw(rng, B, T, D)
    assert_close("o", scan(x, draw(rng, B, D), 0.0)[0], x)


def test_decay_weighs_an_item_by_gamma_to_its_age():
    x = torch.zeros(1, T, 1).double()
    x[0, 1] = 1.0
    assert scan(x, None, 0.5)[0].flatten().tolist() == [0.0, 1.0, 0.5, 0.25, 0.125]


BAD_INPUTS = {
    "x-list": (additive_memory, ([1.0],), {}, TypeError, "x: expected a tensor"),
    "x-whole-numbers": (
        additive_memory,
        (torch.ones(B, T, D).long(),),
        {},
        TypeError,
        "x: expected a floating-point tensor, got int64 [2, 5, 3]. Convert it with .float().",
    ),
    "x-two-axes": (additive_memory, (torch.ones(T, D),), {}, ValueError, "x: expected [B, T, D]"),
    "state-shape": (
        additive_memory,
        (torch.ones(B, T, D),),
        {"initial_state": torch.ones(B, T)},
        ValueError,
        "initial_state: expected [B, D] = [2, 3], got [2, 5].",
    ),
    "state-dtype": (
        additive_memory,
        (torch.ones(B, T, D),),
        {"initial_state": torch.ones(B, D).double()},
        TypeError,
        "initial_state: expected float32 on cpu like x, got float64 on cpu.",
    ),
    "gamma-negative": (
        decay_memory,
        (torch.ones(B, T, D),),
        {"gamma": -0.1},
        ValueError,
        "gamma: expected 0 <= gamma <= 1, got -0.1.",
    ),
    "gamma-above-one": (
        decay_memory,
        (torch.ones(B, T, D),),
        {"gamma": 1.01},
        ValueError,
        "gamma: expected 0 <= gamma <= 1, got 1.01.",
    ),
    "gamma-nan": (
        decay_memory,
        (torch.ones(B, T, D),),
        {"gamma": float("nan")},
        ValueError,
        "gamma: expected 0 <= gamma <= 1, got nan.",
    ),
    "gamma-tensor": (
        decay_memory,
        (torch.ones(B, T, D),),
        {"gamma": torch.tensor(0.9)},
        TypeError,
        "gamma: expected 0 <= gamma <= 1, got float32 [].",
    ),
    "step-x": (
        additive_memory_step,
        (torch.ones(B, T, D), torch.ones(B, D)),
        {},
        ValueError,
        "x: expected [B, D], got [2, 5, 3].",
    ),
    "step-state": (
        decay_memory_step,
        (torch.ones(B, D), torch.ones(D)),
        {"gamma": 0.9},
        ValueError,
        "state: expected [B, D] = [2, 3], got [3].",
    ),
    "step-dtype": (
        additive_memory_step,
        (torch.ones(B, D), torch.ones(B, D).double()),
        {},
        TypeError,
        "state: expected float32 on cpu like x, got float64 on cpu.",
    ),
    "step-gamma": (
        decay_memory_step,
        (torch.ones(B, D), torch.ones(B, D)),
        {"gamma": 2},
        ValueError,
        "gamma: expected 0 <= gamma <= 1, got 2.",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_refused_by_name(case):
    call, arguments, options, error, message = BAD_INPUTS[case]
    assert_refused(error, message, call, *arguments, **options)
