"""What the rungs share: argument checks, the walks over chunks and over tokens.

What is computed is computed in the dtype of the state, which is float32 at least, and autocast has
no say in it: a state in bfloat16 drifts, and a triangular system has no half types.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor
from torch._C._functorch import get_unwrapped, is_batchedtensor, is_functorch_wrapped_tensor
from torch.nn import Parameter
from torch.nn.functional import pad

from lcutils import _require

CHUNK = 64  # tokens that a chunk holds: the fastest size on a CPU for heads of 64 numbers
_ORDER = {  # of the axes, for errors
    "B T H": "The axes are B, T, H, then the numbers of a head.",
    "B H": "The axes are B, H, then the numbers of a head.",
}
_GATES = {  # what each means, and its range
    "g": ("log decay, at most 0", -torch.inf, 0.0),
    "beta": ("write strength, from 0 to 2", 0.0, 2.0),
    "lr": ("step size, at least 0", 0.0, torch.inf),
    "momentum": ("momentum, from 0 to 1", 0.0, 1.0),
}
_MAX_BYTES = 2**31  # of the table of all pairs of tokens that a parallel form makes

# from scale, state and a chunk's q, k, v and gates, [B H, C, ...], to o and the new state
Rule = Callable[..., tuple[Tensor, Tensor]]


def check(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    state: Tensor | None,
    scale: float | None,
    *,
    tokens: str = "B T H",
    layout: str = "B H K V",
    meaning: str = "The state is keys by values.",
    g_size: str = "",
    at_least: torch.dtype | None = torch.float32,
    **gates: Tensor,
) -> tuple[float, Tensor]:
    """The scale, K ** -0.5 for None, and the state, zeros for None, in the dtype to compute in.

    Args:
        tokens: "B T H" for sequences, "B H" for one token
        layout: the letters of the state's shape; one that q, k, v do not know may have any size
        meaning: of the state, for an error
        g_size: the letter of g's last axis, if it has one more: "K"
        at_least: the dtype of the state where that of q is narrower; None leaves it as it came
        gates: by their names in `_GATES`
    Raises: TypeError, ValueError naming the argument.
    """
    sizes = sizes_of(q, k, v, tokens)
    order = _ORDER[tokens]
    _require.same_kind(q=q, k=k, v=v)
    given = {"q": q}
    for gate, value in gates.items():
        letters = f"{tokens} {g_size}".strip() if gate == "g" else tokens
        hint = order if gate == "g" else f"One number for each token and head. {order}"
        given[gate] = _require.tensor(gate, value, letters, sizes, hint)
        _check_range(gate, value)
    if state is None:
        state = q.new_zeros([sizes.get(letter, 0) for letter in layout.split()])
    name = "initial_state" if "T" in tokens else "state"
    given[name] = _require.tensor(name, state, layout, sizes, meaning)
    if at_least is None:
        _require.same_kind(**given)
        return scale_of(scale, sizes["K"]), state
    dtype = widened(q.dtype, at_least)
    _require.same_kind(widened(q.dtype), dtype, **given)
    return scale_of(scale, sizes["K"]), cast(state, dtype)


def widened(dtype: torch.dtype, at_least: torch.dtype = torch.float32) -> torch.dtype:
    """float32 for half types, in which a state drifts; else the dtype itself."""
    return at_least if dtype.itemsize < at_least.itemsize else dtype


def cast(x: Tensor, dtype: torch.dtype) -> Tensor:
    """`x.to(dtype)`, which costs one token more than to ask whether there is something to do."""
    return x if x.dtype == dtype else x.to(dtype)


def sizes_of(q: Tensor, k: Tensor, v: Tensor, tokens: str) -> dict[str, int]:
    """The size of each letter; TypeError or ValueError if q, k, v do not fit together."""
    sizes: dict[str, int] = {}
    for name, value, size in (("q", q, "K"), ("k", k, "K"), ("v", v, "V")):
        _require.tensor(name, value, f"{tokens} {size}", sizes, _ORDER[tokens])
    K, V = sizes["K"], sizes["V"]
    sizes["K+V"], sizes["2V"], sizes["2K+2V"] = K + V, 2 * V, 2 * (K + V)
    return sizes


def scale_of(scale: float | None, K: int) -> float:
    """The scale, K ** -0.5 for None."""
    return K**-0.5 if scale is None else _require.number("scale", scale)


def _check_range(gate: str, value: Tensor) -> None:
    meaning, low, high = _GATES[gate]
    if not is_known(value):
        return
    outside = value > high  # NaN is in no range and outside of none
    if low > -math.inf:
        outside = outside | (value < low)
    if outside.any():
        hint = "Are g and beta the wrong way round?" if gate in ("g", "beta") else ""
        first = float(value.detach()[outside][0])
        texts = (f"{first:.{digits}g}" for digits in range(4, 18))
        got = next(text for text in texts if not low <= float(text) <= high)  # 2.0000002, not 2
        _require.refuse(gate, meaning, got, hint)


def is_known(x: Tensor) -> bool:
    """Whether code may branch on its numbers: not under vmap, nor while torch compiles."""
    if torch.compiler.is_compiling() or x.is_meta or type(x) not in (Tensor, Parameter):
        return False
    while is_functorch_wrapped_tensor(x):
        if is_batchedtensor(x):
            return False
        x = get_unwrapped(x)
    return True


def full_precision(x: Tensor) -> AbstractContextManager[object]:
    """Where autocast is on, a context without it."""
    device = x.device
    return torch.autocast(device.type, enabled=False) if _require.autocasts(device) else _AS_IT_IS


_AS_IT_IS = nullcontext()


def in_chunks(
    rule: Rule,
    size: int,
    tokens: tuple[Tensor, ...],
    scale: float,
    state: Tensor,
    output_final_state: bool,
) -> tuple[Tensor, Tensor | None]:
    """Walk over chunks of `size` tokens, carrying the state from each to the next.

    Args:
        tokens: q, k, v and gates, [B, T, H, ...]
        state: [B, H, K, V] before the first token
    Returns: o [B, T, H, V], and the last state or None.
    """
    v = tokens[2]
    if not v.shape[1]:
        return v.new_zeros(v.shape), state.clone() if output_final_state else None
    is_in_turn = is_for_a_cpu(v) or v.shape[1] <= size
    walk = _one_by_one if is_in_turn else _side_by_side
    with full_precision(v):
        o, last = walk(rule, size, tuple(cast(x, state.dtype) for x in tokens), scale, state)
    return cast(o, v.dtype), last if output_final_state else None


def is_for_a_cpu(x: Tensor) -> bool:
    """Whether chunk after chunk is the faster walk, which makes many calls of little work."""
    return x.device.type == "cpu"


def _one_by_one(
    rule: Rule, size: int, tokens: tuple[Tensor, ...], scale: float, state: Tensor
) -> tuple[Tensor, Tensor]:
    outputs, last = [], state.flatten(0, 1)  # a rule sees [B H, C, ...]: baddbmm takes three axes
    # Split and joined, never sliced: a slice's backward allocates a gradient of the whole length.
    for chunk in zip(*(x.split(size, dim=1) for x in tokens), strict=True):
        o, last = rule(scale, last, *(x.transpose(1, 2).flatten(0, 1) for x in chunk))
        outputs.append(o)
    o = torch.cat(outputs, dim=1).unflatten(0, state.shape[:2]).transpose(1, 2)
    return o, last.view(state.shape)


def _side_by_side(
    rule: Rule, size: int, tokens: tuple[Tensor, ...], scale: float, state: Tensor
) -> tuple[Tensor, Tensor]:
    """The same, with all work inside of chunks done at once and only `M S + N` in sequence.

    A rule is affine in S, and in a column of S and v at a time. So what a chunk makes of the
    columns [I, 0] and [0, v] says all: `o = R S + P`, and then `M S + N`. Of a delta rule's
    system these are the two solutions that do not depend on S.
    """
    B, T, H, V = tokens[2].shape
    K = state.shape[2]
    q, k, v, *gates = (_by_chunk(x, size).permute(1, 0, 3, 2, 4).flatten(0, 2) for x in tokens)
    identity = torch.eye(K, K + V, dtype=state.dtype, device=state.device)
    o, after = rule(scale, identity.expand(len(v), K, K + V), q, k, pad(v, (K, 0)), *gates)
    moves, writes = after.unflatten(0, (-1, B * H)).split([K, V], dim=-1)  # [chunks, B H, K, .]
    last, before = state.flatten(0, 1), []
    for M, N in zip(moves.unbind(), writes.unbind(), strict=True):
        before.append(last)
        last = plus(N, M, last)
    reads, alone = o.split([K, V], dim=-1)
    o = plus(alone, reads, torch.cat(before)).unflatten(0, (-1, B, H))  # [chunks, B, H, C, V]
    return o.permute(1, 0, 3, 2, 4).flatten(1, 2)[:, :T], last.view(state.shape)


def in_fading_chunks(
    mild: Rule,
    strong: Rule,
    tokens: tuple[Tensor, ...],
    g: Tensor,
    scale: float,
    state: Tensor,
    output_final_state: bool,
) -> tuple[Tensor, Tensor | None]:
    """`in_chunks` for one log decay a token.

    Args:
        mild: takes the two factors `from_the_middle`; they are found for all chunks at once
        strong: takes g, whatever it is, and is slower on a CPU
        tokens: q, k, v and other gates, [B, T, H, ...]
        g: [B, T, H]
    """
    g = column(g).to(state.dtype)
    if not (is_for_a_cpu(g) and is_mild(g, CHUNK)):
        return in_chunks(strong, CHUNK, (*tokens, g), scale, state, output_final_state)
    factors = from_the_middle(_by_chunk(g, CHUNK), dim=2)
    seen = (x.flatten(1, 2)[:, : g.shape[1]] for x in factors)
    return in_chunks(mild, CHUNK, (*tokens, *seen), scale, state, output_final_state)


def at_once(
    rule: Rule,
    tokens: tuple[Tensor, ...],
    scale: float,
    state: Tensor,
    output_final_state: bool,
    numbers_a_pair: int = 1,
) -> tuple[Tensor, Tensor | None]:
    """The same rule with all tokens in one chunk: every pair of tokens in one table.

    Raises: ValueError, before anything is allocated, if that table would be too large.
    """
    B, T, H, _ = tokens[0].shape
    size = B * H * T**2 * numbers_a_pair * tokens[0].element_size()
    if size > _MAX_BYTES:
        fit = int((_MAX_BYTES / size) ** 0.5 * T)
        hint = "The form without _parallel works in chunks."
        got = f"{T}, for which all pairs take {size / 1e9:,.1f} GB"
        _require.refuse("T", f"at most {fit} tokens in a parallel form", got, hint)
    return in_chunks(rule, max(T, 1), tokens, scale, state, output_final_state)


def in_steps(
    step: Callable[..., tuple[Tensor, Tensor]],
    tokens: tuple[Tensor, ...],
    scale: float,
    state: Tensor,
    output_final_state: bool,
) -> tuple[Tensor, Tensor | None]:
    """Walk token by token, carrying the state: for rules that have no faster form.

    Args:
        step: from scale, state and one token's q, k, v and gates to o and the new state
        tokens: q, k, v and gates, [B, T, H, ...]
    Returns: o [B, T, H, V], and the last state or None.
    """
    v, outputs, last = tokens[2], [], state
    tokens = tuple(cast(x, state.dtype) for x in tokens)
    with full_precision(v):
        for now in zip(*(x.unbind(dim=1) for x in tokens), strict=True):
            o, last = step(scale, last, *now)
            outputs.append(o)
    o = torch.stack(outputs, dim=1).to(v.dtype) if outputs else v.new_zeros(v.shape)
    if not output_final_state:
        return o, None
    return o, last.clone() if last is state else last


def in_one_step(
    step: Callable[..., tuple[Tensor, Tensor]],
    token: tuple[Tensor, ...],
    scale: float,
    state: Tensor,
) -> tuple[Tensor, Tensor]:
    """One token of `in_steps`: q, k, v and gates, [B, H, ...]; o and the new state."""
    dtype = token[2].dtype
    with full_precision(state):
        o, state = step(scale, state, *[cast(x, state.dtype) for x in token])
    return cast(o, dtype), state


def column(gate: Tensor) -> Tensor:
    """A gate with one more axis, to multiply what a token has many numbers of."""
    return gate[..., None]


def read(S: Tensor, q: Tensor) -> Tensor:
    """S^T q for one token; S: [B, H, K, V], q: [B, H, K] -> [B, H, V]"""
    return (q[..., None, :] @ S)[..., 0, :]


def outer(k: Tensor, v: Tensor) -> Tensor:
    """k v^T for one token; k: [B, H, K], v: [B, H, V] -> [B, H, K, V]"""
    return k[..., None] * v[..., None, :]


def plus(A: Tensor, X: Tensor, Y: Tensor, scale: float = 1.0) -> Tensor:
    """scale (A + X Y) in one pass over the memory; three axes each."""
    return torch.baddbmm(A, X, Y, beta=scale, alpha=scale)


def summed(g: Tensor) -> Tensor:
    """Log decays [B H, C, ...] summed up from the chunk's first token, in float64.

    In float32 the difference of two large sums is off by so much that exp shows it. What is cut
    off here leaves nothing, exp(-750) is 0, and two sums of -inf have no difference.
    """
    return g.double().clamp(min=-750).cumsum(dim=1)


def power(exponent: Tensor, like: Tensor) -> Tensor:
    """exp in the dtype of `like`, rounded last: exp would magnify what was rounded off before."""
    return exponent.exp().to(like.dtype)


def fade(g: Tensor, like: Tensor) -> Tensor:
    """exp(g_i - g_j), what token i has of what j wrote, 0 where j is later; g: [B H, C, 1].

    Later ones have positive exponents: they are cut before exp, lest it overflow, and after.
    """
    # at most 1: here rounding before exp is exact enough
    return lower((g - g.mT).to(like.dtype)).exp().tril()


def from_the_middle(g: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """What decay makes of queries and keys, seen from the middle of their chunk, found in float64.

    What token j wrote is left at token i by exp(g_i - g_j), the sums counted within a chunk. That
    is a factor for the query, exp(g_i - middle), times one for the key, exp(middle - g_j), where
    middle is half of the chunk's sum: so a chunk without decay will do. The state is seen as it
    is left in the middle, by exp(middle), which is the last query's factor.

    Args:
        g: log decay, the tokens of one chunk along `dim`
    Returns: the factors of queries and of keys, each like g.
    """
    sums = g.double().cumsum(dim)
    place = sums - sums.narrow(dim, g.shape[dim] - 1, 1) / 2
    # no reciprocal: its backward squares a factor that may be as large as the root of the largest
    return place.exp().to(g.dtype), (-place).exp().to(g.dtype)


def is_mild(g: Tensor, size: int) -> bool:
    """Whether in chunks of so many tokens no factor `from_the_middle` is too large; g: [B, T, H, .]

    Half of a chunk's sum is an exponent; the other half is room for what the factor multiplies.
    """
    if not is_known(g):
        return False
    limit = math.log(torch.finfo(g.dtype).max)
    return bool((_by_chunk(g.detach(), size).sum(dim=2) >= -limit).all())


def _by_chunk(g: Tensor, size: int) -> Tensor:
    """[B, T, H, .] -> [B, chunks, size, H, .], the last one filled up by tokens without decay."""
    n_chunks = -(-g.shape[1] // size)
    filled = pad(g, (0, 0, 0, 0, 0, n_chunks * size - g.shape[1]))
    return filled.view(g.shape[0], n_chunks, size, *g.shape[2:])


def lower(A: Tensor) -> Tensor:
    """A's entries on the diagonal and below, in place where vmap does not forbid it."""
    return A.tril_() if is_known(A) else A.tril()


def solve(A: Tensor, X: Tensor) -> Tensor:
    """(I + A)^-1 X, of A's entries below the diagonal alone."""
    solution: Tensor = torch.linalg.solve_triangular(A, X, upper=False, unitriangular=True)
    return solution
