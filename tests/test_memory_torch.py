"""The rungs under what torch does to functions: half types, autocast, vmap, compile, no numbers."""

import functools
import inspect

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.func import functional_call, grad, jvp, vmap
from torch.nn.functional import cross_entropy, logsigmoid, normalize

from helpers import assert_close, assert_refused, model_of
from lcutils import memory, nets

B, T, H, K, V = 2, 70, 3, 4, 6
GATES = {
    "linear_attention": (),
    "scalar_decay": ("g",),
    "vector_decay": ("g",),
    "delta_rule": ("beta",),
    "gated_delta_rule": ("g", "beta"),
    "momentum_rule": ("lr", "momentum", "g"),
    "least_squares": (),
}
of_each_rung = pytest.mark.parametrize("name", GATES)
HALF = [torch.bfloat16, torch.float16]
ROUNDED = {torch.bfloat16: 2**-8, torch.float16: 2**-11}  # half of what a step of one is to one
MODELS = [name for name in nets.RUNGS if name != "lstm"]  # torch's own does not know them either


def call(name):
    options = {"ridge": 0.1} if name == "least_squares" else {}
    return functools.partial(getattr(memory, name), **options)


def draw(name, rng, n_tokens=T):
    def normal(*sizes):
        return torch.randn(*sizes, generator=rng, dtype=torch.float64)

    inputs = {"q": normal(B, n_tokens, H, K), "k": normal(B, n_tokens, H, K)}
    inputs |= {"k": normalize(inputs["k"], dim=-1), "v": normal(B, n_tokens, H, V)}
    for gate in GATES[name]:
        axes = (K,) if (name, gate) == ("vector_decay", "g") else ()
        value = normal(B, n_tokens, H, *axes)
        inputs[gate] = logsigmoid(value) if gate == "g" else value.sigmoid()
    return inputs


def relative(got, want):
    return ((got.double() - want).abs().max() / want.abs().max()).item()


@of_each_rung
@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("gates", ["half gates", "float32 gates"])
def test_half_types_are_rounded_at_the_output_and_nowhere_else(name, dtype, gates, rng):
    inputs = {n: x.to(dtype) for n, x in draw(name, rng).items()}
    if gates == "float32 gates":
        inputs |= {n: inputs[n].float() for n in GATES[name]}
    o, last = call(name)(**inputs, output_final_state=True)
    exact = {n: x.double() for n, x in inputs.items()}
    want, end = call(name)(**exact, output_final_state=True)
    assert (o.dtype, last.dtype) == (dtype, torch.float32)
    assert relative(o, want) < ROUNDED[dtype]
    assert relative(last, end) < 1e-5  # float32, over 70 steps
    again = call(name)(**inputs, initial_state=last, output_final_state=True)
    assert (again[0].dtype, again[1].dtype) == (dtype, torch.float32)


@of_each_rung
@pytest.mark.parametrize("dtype", HALF)
def test_a_step_takes_half_types_and_a_state_of_either(name, dtype, rng):
    inputs = {n: x.to(dtype)[:, 0] for n, x in draw(name, rng, 1).items()}
    _, state = call(name)(**{n: x[:, None] for n, x in inputs.items()}, output_final_state=True)
    for before in (state, state.to(dtype)):
        o, after = getattr(memory, f"{name}_step")(**inputs, state=before)
        assert (o.dtype, after.dtype) == (dtype, torch.float32)


@pytest.mark.parametrize("name", ["linear_attention", "gated_delta_rule"])
def test_a_state_does_not_drift_over_4096_tokens_in_bfloat16(name, rng):
    inputs = {n: x.bfloat16() for n, x in draw(name, rng, 4096).items()}
    last = call(name)(**inputs, output_final_state=True)[1]
    exact = {n: x.double() for n, x in inputs.items()}
    want = call(name)(**exact, output_final_state=True)[1]
    assert relative(last, want) < 1e-6


@pytest.mark.parametrize("dtype", HALF)
def test_vector_memories_sum_half_types_in_float32(dtype, rng):
    x = torch.randn(B, 4096, 3, generator=rng, dtype=torch.float64).to(dtype)
    for run, step in (
        (memory.additive_memory, memory.additive_memory_step),
        (
            functools.partial(memory.decay_memory, gamma=0.999),
            functools.partial(memory.decay_memory_step, gamma=0.999),
        ),
    ):
        o, last = run(x, output_final_state=True)
        want, end = run(x.double(), output_final_state=True)
        assert (o.dtype, last.dtype) == (dtype, torch.float32)
        assert relative(o, want) < ROUNDED[dtype]
        assert relative(last, end) < 1e-5  # 4,096 sums in float32
        assert [y.dtype for y in step(x[:, 0], last)] == [dtype, torch.float32]


@of_each_rung
def test_autocast_changes_nothing_in_float32(name, rng):
    inputs = {n: x.float() for n, x in draw(name, rng).items()}
    want, end = call(name)(**inputs, output_final_state=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        o, last = call(name)(**inputs, output_final_state=True)
        mixed = {**inputs, "v": inputs["v"].bfloat16()}
        half, _ = call(name)(**mixed, initial_state=last)
        now = {n: x[:, 0] for n, x in mixed.items()}
        stepped, _ = getattr(memory, f"{name}_step")(**now, state=last)
    assert torch.equal(o, want)
    assert torch.equal(last, end)
    assert half.dtype == stepped.dtype == torch.bfloat16
    assert_refused(TypeError, "v: expected float32 on cpu like q, got", call(name), **mixed)


@pytest.mark.parametrize("rung", nets.RUNGS)
def test_a_model_learns_and_goes_on_under_autocast(rung):
    model, tokens = model_of(rung).float(), torch.arange(24).view(2, 12) % 9
    want = model(tokens)[0]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        first, states = model(tokens[:, :5])
        second, _ = model(tokens[:, 5:], states)
    logits = torch.cat([first, second], dim=1)
    assert relative(logits, want.double()) < 0.05  # two blocks in bfloat16, eight bits each
    cross_entropy(logits.flatten(0, 1).float(), tokens.flatten() % 3).backward()
    assert all(weight.grad.isfinite().all() for weight in model.parameters())


@pytest.mark.parametrize("rung", nets.RUNGS)
def test_a_model_runs_in_bfloat16(rung):
    model, tokens = model_of(rung).float(), torch.arange(24).view(2, 12) % 9
    want = model(tokens)[0]
    assert relative(model.bfloat16()(tokens)[0], want.double()) < 0.05  # as above


@of_each_rung
def test_vmap_is_a_loop(name, rng):
    inputs = draw(name, rng)
    one = lambda inputs: call(name)(**{n: x[None] for n, x in inputs.items()})[0][0]
    assert_close("o", vmap(one)(inputs), call(name)(**inputs)[0])
    # over the heads of each example, as well
    alone = lambda inputs: one({n: x[:, None] for n, x in inputs.items()})[:, 0]
    both = vmap(vmap(alone, in_dims=1, out_dims=1))
    assert_close("o", both(inputs), call(name)(**inputs)[0])


@of_each_rung
def test_gradients_per_example_are_those_of_the_examples(name, rng):
    inputs = draw(name, rng)

    def loss(inputs):
        return call(name)(**{n: x[None] for n, x in inputs.items()})[0].square().sum()

    each = vmap(grad(loss))(inputs)
    for i in range(B):
        alone = {n: x[i].clone().requires_grad_() for n, x in inputs.items()}
        for n, want in zip(alone, torch.autograd.grad(loss(alone), alone.values()), strict=True):
            size = want.abs().max().clamp(min=1)
            assert_close(f"d{n}", each[n][i] / size, want / size)


@of_each_rung
@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")  # torch's own jvp
def test_forward_derivatives_are_those_backward(name, rng):
    inputs = draw(name, rng)
    along = {n: torch.randn(x.shape, generator=rng, dtype=x.dtype) for n, x in inputs.items()}
    run = lambda inputs: call(name)(**inputs)[0].sum()
    _, forward = jvp(run, (inputs,), (along,))
    leaves = {n: x.clone().requires_grad_() for n, x in inputs.items()}
    gradients = torch.autograd.grad(run(leaves), leaves.values())
    backward = sum((d * along[n]).sum() for n, d in zip(leaves, gradients, strict=True))
    assert_close("derivative", forward / backward, torch.ones(()).double(), 1e-9)  # one number


def test_within_a_gradient_a_gate_out_of_range_is_still_refused(rng):
    inputs = draw("scalar_decay", rng)
    wrong = grad(lambda g: memory.scalar_decay(**{**inputs, "g": g})[0].sum())
    assert_refused(
        ValueError, "g: expected log decay, at most 0, got 0.5", wrong, inputs["g"] * 0 + 0.5
    )


@pytest.mark.parametrize("rung", MODELS)
@pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning")  # torch's attention
def test_a_model_has_gradients_per_example(rung):
    model, tokens = model_of(rung), torch.arange(24).view(2, 12) % 9
    weights = dict(model.named_parameters())

    def loss(weights, text):
        return cross_entropy(functional_call(model, weights, (text[None],))[0][0], text % 3)

    each = vmap(grad(loss), in_dims=(None, 0))(weights, tokens)
    for i, text in enumerate(tokens):
        gradients = torch.autograd.grad(loss(weights, text), weights.values())
        for name, want in zip(weights, gradients, strict=True):
            size = want.abs().max().clamp(min=1)
            assert_close(name, each[name][i] / size, want / size)


@pytest.fixture
def compiled():
    """torch.compile of a whole function or an error; without code, which takes a compiler."""
    torch._dynamo.reset()
    yield functools.partial(torch.compile, fullgraph=True, backend="aot_eager")
    torch._dynamo.reset()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "form"),
    [(n, f) for n in GATES for f in ("", "_parallel", "_step") if hasattr(memory, n + f)],
)
def test_a_rung_compiles_as_one_graph(name, form, compiled, rng):
    n_tokens = 5 if name in ("momentum_rule", "least_squares") else T  # each is a part of the graph
    inputs = draw(name, rng, n_tokens)
    options = {"ridge": 0.1} if name + form == "least_squares" else {}
    if form == "_step":
        _, state = call(name)(**inputs, output_final_state=True)
        inputs = {n: x[:, 0] for n, x in inputs.items()} | {"state": state}
    found = []
    for wrap in (compiled, lambda run: run):
        leaves = {n: x.clone().requires_grad_() for n, x in inputs.items()}
        o, _ = wrap(functools.partial(getattr(memory, name + form), **options))(**leaves)
        found.append((o, *torch.autograd.grad(o.square().sum(), leaves.values())))
    for part, got, want in zip(("o", *inputs), *found, strict=True):
        size = want.abs().max().clamp(min=1)
        assert_close(part, got / size, want / size)


@pytest.mark.slow
@pytest.mark.parametrize("rung", MODELS)
def test_a_model_compiles_as_one_graph(rung, compiled):
    model, tokens = model_of(rung), torch.arange(10).view(2, 5) % 9
    want = model(tokens)[0]
    assert_close("logits", compiled(lambda tokens: model(tokens)[0])(tokens), want)


@of_each_rung
def test_tensors_without_numbers_give_the_shape(name, rng):
    inputs = draw(name, rng)
    with FakeTensorMode() as mode:
        fake = {n: mode.from_tensor(x) for n, x in inputs.items()}
        assert call(name)(**fake)[0].shape == (B, T, H, V)
    meta = {n: x.to("meta") for n, x in inputs.items()}
    assert call(name)(**meta)[0].shape == (B, T, H, V)


def test_every_gate_of_the_ladder_is_drawn_here():
    for name in GATES:
        parameters = inspect.signature(getattr(memory, name)).parameters
        known = {"q", "k", "v", "scale", "initial_state", "output_final_state", "ridge"}
        assert set(parameters) - known == set(GATES[name])
