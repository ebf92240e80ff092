"""The rungs with a matrix as memory: every form equals the equation, step by step, in all it gives.

A new rung is one line in `RUNGS`: the gates that it takes, and what one token makes of S.
"""

import inspect
import itertools
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import logsigmoid, normalize

from helpers import assert_close, assert_refused
from lcutils import memory

B, T, H, K, V = 2, 70, 3, 4, 6  # every size its own, so that a transposed axis cannot pass


class Rung(NamedTuple):
    gates: dict[str, str]  # name -> the letters of its shape
    update: Callable[..., Tensor]  # S [.., K, V], k [.., K], v [.., V], gates -> the new S


def outer(k: Tensor, v: Tensor) -> Tensor:
    return k[..., :, None] * v[..., None, :]


def missing(S: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return v - torch.einsum("...kv,...k->...v", S, k)


def delta(S: Tensor, k: Tensor, v: Tensor, beta: Tensor) -> Tensor:
    return S + outer(k, beta[..., None] * missing(S, k, v))


def faded(S: Tensor, g: Tensor) -> Tensor:
    return g.exp()[..., None, None] * S


RUNGS = {
    "linear_attention": Rung({}, lambda S, k, v: S + outer(k, v)),
    "scalar_decay": Rung({"g": "B T H"}, lambda S, k, v, g: faded(S, g) + outer(k, v)),
    "vector_decay": Rung({"g": "B T H K"}, lambda S, k, v, g: g.exp()[..., None] * S + outer(k, v)),
    "delta_rule": Rung({"beta": "B T H"}, delta),
    "gated_delta_rule": Rung(
        {"g": "B T H", "beta": "B T H"},
        lambda S, k, v, g, beta: delta(faded(S, g), k, v, beta),
    ),
}
of_each_rung = pytest.mark.parametrize("name", RUNGS)
FORMS = ["", "_parallel", "_step"]


def draw(name: str, rng: torch.Generator, **sizes: int) -> dict[str, Tensor]:
    """q, k, v and the gates; keys of length 1, as the delta rules need them."""
    sizes = {"B": B, "T": T, "H": H, "K": K, "V": V} | sizes

    def normal(letters: str) -> Tensor:
        shape = [sizes[letter] for letter in letters.split()]
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    inputs = {n: normal(f"B T H {size}") for n, size in (("q", "K"), ("k", "K"), ("v", "V"))}
    inputs["k"] = normalize(inputs["k"], dim=-1)
    for gate, letters in RUNGS[name].gates.items():
        inputs[gate] = logsigmoid(normal(letters)) if gate == "g" else normal(letters).sigmoid()
    return inputs


def zeros(q: Tensor, v: Tensor) -> Tensor:
    return q.new_zeros(q.shape[0], q.shape[2], q.shape[3], v.shape[3])


def by_equation(
    name: str, inputs: dict[str, Tensor], state: Tensor | None = None, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    """The definition: what every form has to equal."""
    q, k, v, *gates = inputs.values()
    S, outputs = zeros(q, v) if state is None else state, []
    for t in range(q.shape[1]):
        S = RUNGS[name].update(S, k[:, t], v[:, t], *(gate[:, t] for gate in gates))
        outputs.append(torch.einsum("bhkv,bhk->bhv", S, q[:, t]))
    factor = q.shape[-1] ** -0.5 if scale is None else scale
    return factor * torch.stack(outputs, dim=1), S


def by_form(
    name: str,
    form: str,
    inputs: dict[str, Tensor],
    state: Tensor | None = None,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    q, k, v, *_ = inputs.values()
    gates = {n: x for n, x in inputs.items() if n in RUNGS[name].gates}
    call = getattr(memory, name + form)
    if form != "_step":
        o, last = call(q, k, v, **gates, scale=scale, initial_state=state, output_final_state=True)
        assert last is not None
        return o, last
    outputs, last = [], zeros(q, v) if state is None else state
    for t in range(q.shape[1]):
        now = {n: x[:, t] for n, x in gates.items()}
        o, last = call(q[:, t], k[:, t], v[:, t], last, **now, scale=scale)
        outputs.append(o)
    return torch.stack(outputs, dim=1), last


def all_it_gives(run, name, inputs, state, scale) -> dict[str, Tensor]:
    """Outputs, the last state, and the gradient of every input."""
    leaves = {n: x.clone().requires_grad_() for n, x in inputs.items()}
    start = None if state is None else state.clone().requires_grad_()
    o, last = run(name, leaves, start, scale)
    wave = torch.linspace(0, 9, o.numel(), dtype=o.dtype).sin().view_as(o)
    value = (wave * o).sum() + last.square().sum()
    wanted = [*leaves.values(), *([] if start is None else [start])]
    names = [*leaves, *([] if start is None else ["state"])]
    gradients = torch.autograd.grad(value, wanted)
    found = {f"d{n}": gradient for n, gradient in zip(names, gradients, strict=True)}
    return {"o": o.detach(), "last": last.detach(), **found}


def assert_alike(got: dict[str, Tensor], want: dict[str, Tensor], tolerance=1e-10) -> None:
    for name, value in want.items():
        size = value.abs().max().clamp(min=1)
        assert_close(name, got[name] / size, value / size, tolerance)


@of_each_rung
@pytest.mark.parametrize("form", FORMS, ids=["chunked", "parallel", "step"])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    sizes=st.fixed_dictionaries(
        {
            "B": st.integers(1, 2),
            "T": st.integers(1, 300),
            "H": st.integers(1, 3),
            "K": st.integers(1, 5),
            "V": st.integers(1, 5),
        }
    ),
    has_state=st.booleans(),
    scale=st.sampled_from([None, 1.0, -0.3]),
    seed=st.integers(0, 2**32),
)
def test_form_equals_the_equation_in_outputs_state_and_gradients(
    name, form, sizes, has_state, scale, seed
):
    rng = torch.Generator().manual_seed(seed)
    inputs = draw(name, rng, **sizes)
    shape = [sizes[letter] for letter in "BHKV"]
    state = torch.randn(*shape, generator=rng, dtype=torch.float64) if has_state else None

    def run(name, inputs, state, scale):
        return by_form(name, form, inputs, state, scale)

    got = all_it_gives(run, name, inputs, state, scale)
    assert_alike(got, all_it_gives(by_equation, name, inputs, state, scale))


@of_each_rung
@pytest.mark.parametrize("form", ["", "_parallel"], ids=["chunked", "parallel"])
@settings(max_examples=15, deadline=None, derandomize=True)
@given(cuts=st.lists(st.integers(0, 150), max_size=3), seed=st.integers(0, 2**32))
def test_a_sequence_split_anywhere_and_continued_from_the_state_is_the_whole(
    name, form, cuts, seed
):
    inputs = draw(name, torch.Generator().manual_seed(seed), T=150)
    want, last = by_form(name, form, inputs)
    state, outputs = None, []
    places = [0, *sorted(cuts), 150]
    for start, end in itertools.pairwise(places):
        part = {n: x[:, start:end] for n, x in inputs.items()}
        o, state = by_form(name, form, part, state)
        outputs.append(o)
    assert_alike({"o": torch.cat(outputs, dim=1), "last": state}, {"o": want, "last": last})


EDGES = {
    "strong decay": {"g": -20.0},
    "no decay": {"g": 0.0},
    "nothing written": {"beta": 0.0},
    "written whole": {"beta": 1.0},
    "written twice over": {"beta": 2.0},
    "zero keys": {"k": 0.0},
    "zero values": {"v": 0.0},
}


@of_each_rung
@pytest.mark.parametrize("edge", [*EDGES, "one key repeated", "decay comes and goes"])
@pytest.mark.parametrize("form", FORMS, ids=["chunked", "parallel", "step"])
def test_edges_are_finite_and_right(name, form, edge, rng):
    inputs = draw(name, rng)
    for gate, value in EDGES.get(edge, {}).items():
        if gate in inputs:
            inputs[gate] = torch.full_like(inputs[gate], value)
    if edge == "one key repeated":
        inputs["k"] = inputs["k"][:, :1].expand_as(inputs["k"]).contiguous()
    if edge == "decay comes and goes" and "g" in inputs:
        inputs["g"][:, ::7] = -20.0
    state = torch.randn(B, H, K, V, generator=rng, dtype=torch.float64)

    def run(name, inputs, state, scale):
        return by_form(name, form, inputs, state, scale)

    got = all_it_gives(run, name, inputs, state, None)
    assert_alike(got, all_it_gives(by_equation, name, inputs, state, None))


@pytest.mark.slow
@of_each_rung
@pytest.mark.parametrize("is_strong", [False, True], ids=["mild", "strong"])
def test_float32_is_within_a_millionth_of_the_largest_value_at_4096_tokens(name, is_strong, rng):
    inputs = draw(name, rng, B=1, T=4096, H=2, K=64, V=64)
    if is_strong and "g" in inputs:
        some = torch.rand(inputs["g"].shape, generator=rng) < 0.1
        inputs["g"] = inputs["g"].where(~some, -20.0)
    want = dict(zip(("o", "last"), by_form(name, "_step", inputs), strict=True))
    got = dict(
        zip(
            ("o", "last"),
            (x.double() for x in by_form(name, "", {n: x.float() for n, x in inputs.items()})),
            strict=True,
        )
    )
    for part, value in want.items():
        size = value.abs().max()
        # float32 itself rounds to 6e-8; what is held is that nothing piles up over 4,096 tokens
        assert_close(part, got[part] / size, value / size, 1e-6)


@pytest.mark.parametrize("strength", [-3.0, -10.0, -20.0, -100.0, -1000.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_vector_decay_of_any_strength_is_finite_and_right(strength, dtype, rng):
    inputs = draw("vector_decay", rng)
    inputs["g"] = strength * torch.rand(inputs["g"].shape, generator=rng, dtype=torch.float64)
    want = by_equation("vector_decay", inputs)
    got = by_form("vector_decay", "", {n: x.to(dtype) for n, x in inputs.items()})
    tolerance = 1e-10 if dtype == torch.float64 else 1e-6  # what float32 resolves
    for part, value, exact in zip(("o", "last"), got, want, strict=True):
        size = exact.abs().max()
        assert_close(part, value.double() / size, exact / size, tolerance)


@pytest.mark.parametrize("name", ["scalar_decay", "vector_decay", "gated_delta_rule"])
@pytest.mark.parametrize("total", [-120.0, -132.0, -134.0, -200.0])
def test_large_queries_and_values_do_not_overflow_where_a_chunk_decays_by_much(name, total, rng):
    # exp(total) is nothing in float32, and exp(-total / 2) times a large query is close to all
    inputs = draw(name, rng)
    inputs["g"] = torch.full_like(inputs["g"], total / 64)
    inputs["q"], inputs["v"] = 1e4 * inputs["q"], 1e4 * inputs["v"]
    want = by_equation(name, inputs)
    got = by_form(name, "", {n: x.float() for n, x in inputs.items()})
    for part, value, exact in zip(("o", "last"), got, want, strict=True):
        size = exact.abs().max()
        assert_close(part, value.double() / size, exact / size, 1e-6)  # what float32 resolves


@of_each_rung
@pytest.mark.parametrize("form", ["", "_parallel"], ids=["chunked", "parallel"])
def test_an_output_does_not_depend_on_later_tokens(name, form, rng):
    inputs = draw(name, rng)
    changed = {n: x.clone() for n, x in inputs.items()}
    for value in changed.values():
        value[:, 40:] *= 0.5
    before, after = by_form(name, form, inputs)[0], by_form(name, form, changed)[0]
    assert_close("o", after[:, :40], before[:, :40])
    assert not torch.allclose(after[:, 40], before[:, 40])


@of_each_rung
@pytest.mark.parametrize("form", FORMS, ids=["chunked", "parallel", "step"])
def test_a_nan_is_not_mended(name, form, rng):
    for spoiled in draw(name, rng):
        inputs = draw(name, rng)
        inputs[spoiled][:, 30] = torch.nan
        o, last = by_form(name, form, inputs)
        assert o[:, 30].isnan().all(), spoiled
        if spoiled != "q":
            assert last.isnan().any(), spoiled


@of_each_rung
@pytest.mark.parametrize("form", ["", "_parallel"], ids=["chunked", "parallel"])
def test_no_tokens_leave_the_initial_state_and_a_copy_of_it(name, form, rng):
    inputs = draw(name, rng, T=0)
    state = torch.randn(B, H, K, V, generator=rng, dtype=torch.float64)
    o, last = by_form(name, form, inputs, state)
    assert o.shape == (B, 0, H, V)
    assert torch.equal(last, state)
    last += 1.0
    assert not torch.equal(last, state)


@of_each_rung
@pytest.mark.parametrize("form", FORMS, ids=["chunked", "parallel", "step"])
def test_inputs_stay_as_they_are_and_outputs_apart_from_the_state(name, form, rng):
    inputs, state = draw(name, rng, T=3), torch.ones(B, H, K, V).double()
    before = {n: x.clone() for n, x in inputs.items()}
    o, last = by_form(name, form, inputs, state)
    kept = o.clone()
    last += 1.0
    assert all(torch.equal(inputs[n], before[n]) for n in inputs)
    assert torch.equal(state, torch.ones(B, H, K, V).double())
    assert torch.equal(o, kept)


@of_each_rung
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("form", FORMS, ids=["chunked", "parallel", "step"])
def test_the_dtype_is_kept(name, form, dtype, rng):
    inputs = {n: x.to(dtype) for n, x in draw(name, rng).items()}
    assert {x.dtype for x in by_form(name, form, inputs)} == {dtype}


@of_each_rung
def test_the_state_is_none_unless_asked_for(name, rng):
    inputs = draw(name, rng)
    assert getattr(memory, name)(**inputs)[1] is None


def test_a_gated_delta_rule_without_decay_is_the_delta_rule(rng):
    inputs = draw("gated_delta_rule", rng)
    inputs["g"] = torch.zeros(B, T, H).double()
    plain = {n: x for n, x in inputs.items() if n != "g"}
    assert_close(
        "o", by_form("gated_delta_rule", "", inputs)[0], by_form("delta_rule", "", plain)[0]
    )


def test_a_delta_step_of_strength_one_reads_back_what_was_written(rng):
    inputs = draw("delta_rule", rng, T=1)
    q = inputs["k"]
    o, _ = by_form(
        "delta_rule", "_step", inputs | {"q": q, "beta": torch.ones(B, 1, H).double()}, scale=1.0
    )
    assert_close("o", o, inputs["v"])


@of_each_rung
def test_all_rungs_are_called_alike(name):
    gates = list(RUNGS[name].gates)
    options = ["scale", "initial_state", "output_final_state"]
    for form in ("", "_parallel"):
        parameters = inspect.signature(getattr(memory, name + form)).parameters
        assert list(parameters) == ["q", "k", "v", *gates, *options]
        assert all(parameters[n].kind is inspect.Parameter.KEYWORD_ONLY for n in gates + options)
        assert [parameters[n].default for n in options] == [None, None, False]
    parameters = inspect.signature(getattr(memory, name + "_step")).parameters
    assert list(parameters) == ["q", "k", "v", "state", *gates, "scale"]


@of_each_rung
@pytest.mark.parametrize("form", FORMS, ids=["chunked", "parallel", "step"])
def test_every_form_has_its_docstring(name, form):
    assert getattr(memory, name + form).__doc__.strip()


def refused(change: dict[str, object]) -> tuple[Callable[..., object], dict[str, object]]:
    rng = torch.Generator().manual_seed(0)
    return memory.gated_delta_rule, {**draw("gated_delta_rule", rng), **change}


BAD_INPUTS = {
    "g and beta swapped": (
        {"g": torch.full((B, T, H), 0.5).double(), "beta": torch.full((B, T, H), -0.5).double()},
        "g: expected log decay, at most 0, got 0.5. Are g and beta the wrong way round?",
    ),
    "beta above two": (
        {"beta": torch.full((B, T, H), 2.5).double()},
        "beta: expected write strength, from 0 to 2, got 2.5.",
    ),
    "beta for each key": (
        {"beta": torch.ones(B, T, H, K).double()},
        "beta: expected [B, T, H] = [2, 70, 3], got [2, 70, 3, 4]. One number for each token and",
    ),
    "heads before tokens": (
        {n: torch.ones(B, H, T, size).double() for n, size in (("q", K), ("k", K), ("v", V))},
        "g: expected [B, T, H] = [2, 3, 70], got [2, 70, 3]. The axes are B, T, H, then the",
    ),
    "transposed state": (
        {"initial_state": torch.ones(B, H, V, K).double()},
        "initial_state: expected [B, H, K, V] = [2, 3, 4, 6], got [2, 3, 6, 4]. The state is",
    ),
    "one key too short": (
        {"k": torch.ones(B, T, H, V).double()},
        "k: expected [B, T, H, K] = [2, 70, 3, 4], got [2, 70, 3, 6].",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_misuse_is_refused_by_name(case):
    change, message = BAD_INPUTS[case]
    call, arguments = refused(change)
    assert_refused(ValueError, message, call, **arguments)


def test_a_wrong_kind_is_refused_by_name():
    call, arguments = refused({"v": [1.0]})
    assert_refused(TypeError, "v: expected a tensor [B, T, H, V], got a list.", call, **arguments)
    call, arguments = refused({"g": -torch.ones(B, T, H)})
    assert_refused(TypeError, "g: expected float64 on cpu like q, got float32", call, **arguments)
    call, arguments = refused({"scale": torch.tensor(1.0)})
    assert_refused(TypeError, "scale: expected a number, got float32 [].", call, **arguments)


@of_each_rung
def test_too_many_tokens_for_a_parallel_form_are_refused_before_anything_is_allocated(name):
    n_tokens = 1_000_000  # all pairs of them take terabytes
    shapes = {"q": "K", "k": "K", "v": "V"}
    inputs = {n: torch.zeros(1, 1, 1, 4).expand(1, n_tokens, 1, 4) for n in shapes}
    for gate, letters in RUNGS[name].gates.items():
        axes = len(letters.split())
        inputs[gate] = torch.zeros([1] * axes).expand(1, n_tokens, 1, *[4] * (axes - 3))
    with pytest.raises(ValueError, match=r"^T: expected at most \d+ tokens .*, got 1000000, for"):
        getattr(memory, name + "_parallel")(**inputs)
