"""The memories that train while they read: each token is one gradient step on its own loss."""

import inspect
import itertools

import pytest
import torch
from torch import Tensor
from torch.func import grad, vmap
from torch.nn.functional import logsigmoid, normalize

from helpers import assert_close, assert_refused
from lcutils import memory

B, T, H, K, V, M = 2, 9, 3, 4, 6, 5
SIZES = {"momentum_rule": (K, 2 * V), "two_layer_memory": (M, 2 * (K + V))}
of_each_memory = pytest.mark.parametrize("name", SIZES)


def draw(name: str, rng: torch.Generator) -> dict[str, Tensor]:
    def normal(*sizes: int) -> Tensor:
        return torch.randn(*sizes, generator=rng, dtype=torch.float64)

    return {
        "q": normal(B, T, H, K),
        "k": normalize(normal(B, T, H, K), dim=-1),
        "v": normal(B, T, H, V),
        "lr": normal(B, T, H).sigmoid(),
        "momentum": normal(B, T, H).sigmoid(),
        "g": logsigmoid(normal(B, T, H)),
        "initial_state": normal(B, H, *SIZES[name]),
    }


def answer(name: str, weights: Tensor, key: Tensor) -> Tensor:
    """What a memory gives back for a key; no batch, no heads."""
    if name == "momentum_rule":
        return weights.T @ key
    A, U = weights[:, :K], weights[:, K:]
    return U.T @ torch.tanh(A @ key)


def by_autograd(name: str, inputs: dict[str, Tensor], scale: float) -> tuple[Tensor, Tensor]:
    """The definition, its gradient taken by torch: outputs and last state of one head."""

    def loss(weights, k, v):
        return 0.5 * (answer(name, weights, k) - v).square().sum()

    q, k, v, lr, momentum, g, state = inputs.values()
    weights, step = state.chunk(2, dim=-1)
    outputs = []
    for t in range(len(q)):
        step = momentum[t] * step - lr[t] * grad(loss)(weights, k[t], v[t])
        weights = g[t].exp() * weights + step
        outputs.append(scale * answer(name, weights, q[t]))
    return torch.stack(outputs), torch.cat([weights, step], dim=-1)


def run(name: str, inputs: dict[str, Tensor], scale: float | None = None) -> tuple[Tensor, Tensor]:
    return getattr(memory, name)(**inputs, scale=scale, output_final_state=True)


@of_each_memory
@pytest.mark.parametrize("scale", [None, 0.7])
def test_each_token_is_a_gradient_step_with_momentum_and_decay(name, scale, rng):
    inputs = draw(name, rng)
    places = [0 if n == "initial_state" else 1 for n in inputs]  # where the heads are
    head = vmap(lambda *x: by_autograd(name, dict(zip(inputs, x, strict=True)), scale or K**-0.5))
    batch = vmap(lambda *x: head(*(h.movedim(p, 0) for h, p in zip(x, places, strict=True))))
    want, last = batch(*inputs.values())  # [B, H, T, V]
    o, state = run(name, inputs, scale)
    assert_close("o", o, want.transpose(1, 2))
    assert_close("state", state, last)


@of_each_memory
def test_gradients_are_those_of_finite_differences(name, rng):
    inputs = {n: x[:, :3] if n != "initial_state" else x for n, x in draw(name, rng).items()}
    leaves = [x[:1].contiguous().requires_grad_() for x in inputs.values()]
    assert torch.autograd.gradcheck(
        lambda *x: run(name, dict(zip(inputs, x, strict=True))), leaves, fast_mode=True
    )


@of_each_memory
@pytest.mark.parametrize("cuts", [[0], [1, 1, 5], [8]])
def test_a_sequence_split_anywhere_and_continued_is_the_whole(name, cuts, rng):
    inputs = draw(name, rng)
    want, last = run(name, inputs)
    state, outputs = inputs.pop("initial_state"), []
    for start, end in itertools.pairwise([0, *cuts, T]):
        part = {n: x[:, start:end] for n, x in inputs.items()}
        o, state = run(name, {**part, "initial_state": state})
        outputs.append(o)
    assert_close("o", torch.cat(outputs, dim=1), want)
    assert torch.equal(state, last)


@of_each_memory
def test_steps_are_the_whole(name, rng):
    inputs = draw(name, rng)
    want, last = run(name, inputs)
    state, outputs = inputs.pop("initial_state"), []
    for t in range(T):
        q, k, v, lr, momentum, g = (x[:, t] for x in inputs.values())
        step = getattr(memory, f"{name}_step")
        o, state = step(q, k, v, state, lr=lr, momentum=momentum, g=g)
        outputs.append(o)
    assert_close("o", torch.stack(outputs, dim=1), want)
    assert torch.equal(state, last)


def test_without_momentum_and_decay_it_is_the_delta_rule(rng):
    inputs = draw("momentum_rule", rng)
    q, k, v, lr, momentum, g, state = inputs.values()
    plain = {**inputs, "momentum": 0 * momentum, "g": 0 * g}
    S = state[..., :V]
    want, last = memory.delta_rule(
        q, k, v, beta=lr, initial_state=S, output_final_state=True, scale=1.0
    )
    o, state = run("momentum_rule", plain, 1.0)
    assert_close("o", o, want)
    assert_close("S", state[..., :V], last)


def test_with_decay_alone_it_is_not_the_gated_delta_rule(rng):
    inputs = draw("momentum_rule", rng)
    q, k, v, lr, momentum, g, state = inputs.values()
    gated, _ = memory.gated_delta_rule(q, k, v, g=g, beta=lr, initial_state=state[..., :V])
    o, _ = run("momentum_rule", {**inputs, "momentum": 0 * momentum})
    assert (o - gated).abs().max() > 0.01


def test_an_initial_state_of_zeros_is_the_default_of_the_matrix(rng):
    inputs = draw("momentum_rule", rng)
    zeros = torch.zeros_like(inputs.pop("initial_state"))
    assert torch.equal(
        run("momentum_rule", inputs)[0],
        run("momentum_rule", {**inputs, "initial_state": zeros})[0],
    )


def test_two_layers_never_leave_zero(rng):
    inputs = draw("two_layer_memory", rng)
    inputs["initial_state"].zero_()
    o, state = run("two_layer_memory", inputs)
    assert (o.abs().max(), state.abs().max()) == (0, 0)


@of_each_memory
def test_a_nan_is_not_mended(name, rng):
    for spoiled in ("q", "k", "v", "lr", "momentum", "g"):
        inputs = draw(name, rng)
        inputs[spoiled][:, 4] = torch.nan
        o, last = run(name, inputs)
        assert o[:, 4].isnan().all(), spoiled
        assert spoiled == "q" or last.isnan().any(), spoiled


@of_each_memory
def test_no_tokens_leave_a_copy_of_the_initial_state(name, rng):
    inputs = {n: x if n == "initial_state" else x[:, :0] for n, x in draw(name, rng).items()}
    o, last = run(name, inputs)
    assert o.shape == (B, 0, H, V)
    last += 1.0
    assert not torch.equal(last, inputs["initial_state"])


@of_each_memory
def test_the_call_is_that_of_the_ladder(name):
    gates = ["lr", "momentum", "g"]
    options = {"scale", "initial_state", "output_final_state"}
    parameters = inspect.signature(getattr(memory, name)).parameters
    assert list(parameters)[:6] == ["q", "k", "v", *gates]
    assert set(list(parameters)[6:]) == options
    assert all(parameters[n].kind is inspect.Parameter.KEYWORD_ONLY for n in [*gates, *options])
    parameters = inspect.signature(getattr(memory, f"{name}_step")).parameters
    assert list(parameters) == ["q", "k", "v", "state", *gates, "scale"]


BAD_INPUTS = {
    "a step upwards": ({"lr": -0.5}, "lr: expected step size, at least 0, got -0.5."),
    "momentum above one": ({"momentum": 1.5}, "momentum: expected momentum, from 0 to 1, got 1.5."),
    "growth": ({"g": 0.5}, "g: expected log decay, at most 0, got 0.5."),
}


@of_each_memory
@pytest.mark.parametrize("case", BAD_INPUTS)
def test_a_gate_out_of_range_is_refused_by_name(name, case, rng):
    change, message = BAD_INPUTS[case]
    inputs = draw(name, rng)
    for gate, value in change.items():
        inputs[gate] = torch.full_like(inputs[gate], value)
    assert_refused(ValueError, message, getattr(memory, name), **inputs)


def test_a_state_without_its_last_step_is_refused_by_name(rng):
    inputs = draw("momentum_rule", rng)
    inputs["initial_state"] = inputs["initial_state"][..., :V]
    message = "initial_state: expected [B, H, K, 2V] = [2, 3, 4, 12], got [2, 3, 4, 6]. The memory"
    assert_refused(ValueError, message, memory.momentum_rule, **inputs)
