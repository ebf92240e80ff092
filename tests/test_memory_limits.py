"""The rungs at the ends of what they take: any decay, a reset, a strong write, large numbers."""

import itertools

import pytest
import torch
from torch.nn.functional import normalize

from helpers import assert_close
from lcutils import memory
from lcutils.memory import _matrix
from test_memory import FORMS, RUNGS, all_it_gives, assert_alike, by_equation, by_form, draw

DECAYS = ["scalar_decay", "vector_decay", "gated_delta_rule"]
DELTAS = ["delta_rule", "gated_delta_rule"]
of_each_decay = pytest.mark.parametrize("name", DECAYS)
of_each_form = pytest.mark.parametrize("form", FORMS, ids=["chunked", "parallel", "step"])
# What a chunk's decay sums up to: at both sides of the largest exponent of exp, where it was once
# NaN, and far beyond
SUMS = {
    torch.float32: (0.0, -88.0, -89.0, -133.0, -177.0, -1e4),
    torch.float64: (0.0, -709.0, -710.0, -736.0, -1064.0, -1420.0, -1e30),
}


def given(name, form, dtype):
    """Outputs, the last state and all gradients, of inputs rounded to that dtype."""

    def run(name, inputs, state, scale):
        rounded = {n: x.to(dtype) for n, x in inputs.items()}
        return by_form(name, form, rounded, state if state is None else state.to(dtype), scale)

    return run


def assert_right(name, form, inputs, dtype, state=None):
    inputs = {n: x.to(dtype).double() for n, x in inputs.items()}
    state = None if state is None else state.to(dtype).double()
    got = all_it_gives(given(name, form, dtype), name, inputs, state, None)
    want = all_it_gives(by_equation, name, inputs, state, None)
    # float32: a gradient goes through many rounded steps, of keys that lie close to each other
    tolerance = 1e-10 if dtype == torch.float64 else 1e-4
    assert_alike({n: x.double() for n, x in got.items()}, want, tolerance)


@of_each_decay
@of_each_form
@pytest.mark.parametrize(("dtype", "total"), [(d, x) for d, sums in SUMS.items() for x in sums])
def test_any_sum_of_log_decays_is_right_in_outputs_state_and_gradients(
    name, form, dtype, total, rng
):
    for size in (32, 8) if name == "vector_decay" else (64,):  # of the chunk that decays by it
        inputs = draw(name, rng)
        inputs["g"] = torch.full_like(inputs["g"], total / size)
        state = torch.randn(2, 3, 4, 6, generator=rng, dtype=torch.float64)
        assert_right(name, form, inputs, dtype, state)


@of_each_decay
@pytest.mark.parametrize("total", [-80.0, -88.0, -89.0, -133.0, -200.0])
def test_large_numbers_do_not_overflow_in_gradients_either(name, total, rng):
    # what a factor near the limit multiplies: queries and values of 1e4, an output of 1e8
    inputs = draw(name, rng)
    inputs["g"] = torch.full_like(inputs["g"], total / 64)
    inputs["q"], inputs["v"] = 1e4 * inputs["q"], 1e4 * inputs["v"]
    leaves = {n: x.float().requires_grad_() for n, x in inputs.items()}
    o, _ = by_form(name, "", leaves)
    exact = {n: x.detach().double().requires_grad_() for n, x in leaves.items()}
    want, _ = by_equation(name, exact)
    for n, wanted, got in zip(
        leaves,
        torch.autograd.grad(want.square().sum(), exact.values()),
        torch.autograd.grad(o.square().sum(), leaves.values()),
        strict=True,
    ):
        size = wanted.abs().max()
        assert_close(f"d{n}", got.double() / size, wanted / size, 1e-5)  # rounded products


@of_each_decay
@of_each_form
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("places", [[30], [0, 30, 31, 69], range(70)], ids=str)
def test_a_log_decay_of_minus_infinity_is_a_hard_reset(name, form, dtype, places, rng):
    inputs = draw(name, rng)
    inputs["g"][:, list(places)] = -torch.inf
    state = torch.randn(2, 3, 4, 6, generator=rng, dtype=torch.float64)
    assert_right(name, form, inputs, dtype, state)


@of_each_form
def test_a_reset_of_some_rows_leaves_the_others(form, rng):
    inputs = draw("vector_decay", rng)
    inputs["g"][:, 30, :, :2] = -torch.inf
    assert_right("vector_decay", form, inputs, torch.float64)


@of_each_decay
@of_each_form
def test_after_a_reset_nothing_is_left_of_what_was_before(name, form, rng):
    inputs = draw(name, rng)
    inputs["g"][:, 30] = -torch.inf
    other = {n: torch.cat([x.flip(1)[:, -30:], x[:, 30:]], dim=1) for n, x in inputs.items()}
    one, two = by_form(name, form, inputs), by_form(name, form, other)
    assert torch.equal(one[0][:, 30:], two[0][:, 30:])
    assert torch.equal(one[1], two[1])


@of_each_form
@pytest.mark.parametrize("name", DELTAS)
@pytest.mark.parametrize("keys", ["any", "one, repeated"])
def test_a_write_strength_up_to_two_is_right_and_stable(name, form, keys, rng):
    inputs = draw(name, rng, T=300)
    inputs["beta"] = 2 * torch.rand(inputs["beta"].shape, generator=rng, dtype=torch.float64)
    inputs["beta"][:, ::3] = 2.0
    if keys != "any":
        inputs["k"] = inputs["k"][:, :1].expand_as(inputs["k"]).contiguous()
    assert_right(name, form, inputs, torch.float64)


def test_a_write_of_strength_two_of_nothing_is_a_reflection(rng):
    S = torch.randn(1, 1, 4, 6, generator=rng, dtype=torch.float64)
    k = normalize(torch.randn(1, 1, 4, generator=rng, dtype=torch.float64), dim=-1)
    once = memory.delta_rule_step(
        k, k, k.new_zeros(1, 1, 6), S, beta=torch.tensor([[2.0]]).double()
    )
    twice = memory.delta_rule_step(
        k, k, k.new_zeros(1, 1, 6), once[1], beta=torch.tensor([[2.0]]).double()
    )
    assert_close("read", once[0], -0.5 * torch.einsum("bhk,bhkv->bhv", k, S))  # scale 4 ** -0.5
    assert_close("S", twice[1], S)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_gate_just_out_of_range_is_shown_with_the_digits_that_tell(dtype, rng):
    inputs = {n: x.to(dtype) for n, x in draw("delta_rule", rng).items()}
    above = torch.nextafter(torch.tensor(2.0, dtype=dtype), torch.tensor(3.0, dtype=dtype))
    inputs["beta"][0, 0, 0] = above
    with pytest.raises(ValueError, match=r"^beta: expected write strength, from 0 to 2, got 2\.0"):
        memory.delta_rule(**inputs)


CUTS = [[0, 64], [63], [1, 64, 129]]


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("kind", ["mild", "strong", "resets"])
def test_chunks_side_by_side_are_chunks_one_by_one(name, kind, monkeypatch, rng):
    # the walk of a GPU, on any device: outputs, the last state and gradients, any length
    monkeypatch.setattr(_matrix, "is_for_a_cpu", lambda x: False)
    for T in (64, 65, 150):
        inputs = draw(name, rng, T=T)
        if "g" in inputs and kind != "mild":
            inputs["g"][:, ::7] = -torch.inf if kind == "resets" else -200.0
        state = torch.randn(2, 3, 4, 6, generator=rng, dtype=torch.float64)
        for dtype in (torch.float32, torch.float64):
            assert_right(name, "", inputs, dtype, state)


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize("cuts", CUTS, ids=str)
def test_side_by_side_continues_from_its_state(name, cuts, monkeypatch, rng):
    monkeypatch.setattr(_matrix, "is_for_a_cpu", lambda x: False)
    inputs = draw(name, rng, T=150)
    want, last = by_equation(name, inputs)
    state, outputs = None, []
    for start, end in itertools.pairwise([0, *cuts, 150]):
        o, state = by_form(name, "", {n: x[:, start:end] for n, x in inputs.items()}, state)
        outputs.append(o)
    assert_alike({"o": torch.cat(outputs, dim=1), "last": state}, {"o": want, "last": last})


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNGS)
def test_side_by_side_float32_is_as_exact_at_4096_tokens(name, monkeypatch, rng):
    inputs = draw(name, rng, B=1, T=4096, H=2, K=64, V=64)
    want = by_form(name, "_step", inputs)
    monkeypatch.setattr(_matrix, "is_for_a_cpu", lambda x: False)
    got = by_form(name, "", {n: x.float() for n, x in inputs.items()})
    for part, value, exact in zip(("o", "last"), got, want, strict=True):
        size = exact.abs().max()
        assert_close(part, value.double() / size, exact / size, 1e-6)
