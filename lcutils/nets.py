"""The small models that lessons train: blocks around any rung of the memory ladder.

Every layer takes x [B, T, d] and the state that it left after the tokens before, or None at the
start; it returns y [B, T, d] and its state now, a tuple of tensors whose first is the memory.
"""

from __future__ import annotations

import inspect
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, logsigmoid, normalize, softplus

from lcutils import _require, memory
from lcutils.tasks import Recall

State = tuple[Tensor, ...]

_SQUASH: dict[str, Callable[[Tensor], Tensor]] = {  # from any number to a gate's range
    "write": torch.sigmoid,  # multiplies the value: what beta is to the delta rules
    "beta": torch.sigmoid,
    "lr": torch.sigmoid,
    "momentum": torch.sigmoid,
    "g": logsigmoid,
}
_GATES: dict[str, dict[str, float]] = {  # of each rung, and where they start, before the squash
    "linear_attention": {"write": 0.0},
    "scalar_decay": {"write": 0.0, "g": 4.0},  # 0.98 of the memory is left after a token
    "vector_decay": {"write": 0.0, "g": 4.0},
    "delta_rule": {"beta": 0.0},
    "gated_delta_rule": {"beta": 0.0, "g": 4.0},
    "momentum_rule": {"lr": 0.0, "momentum": -2.0, "g": 4.0},
    "two_layer_memory": {"lr": -3.0, "momentum": -2.0, "g": 4.0},  # larger steps diverge
    "least_squares": {},
    "window_attention": {},
    "full_attention": {},
}
_VECTORS = ("additive_memory", "decay_memory", "lstm")
_CACHES = ("window_attention", "full_attention")
RUNGS = (*_VECTORS, *_GATES)
_NARROWEST = 2  # numbers in a token, lest a normalised one say nothing


class VectorMixer(nn.Module):
    """A vector of numbers as memory, written by one matrix and read by another.

    Args:
        rung: "additive_memory", "decay_memory" or "lstm"
        d: model size
        size: numbers in the vector; an LSTM has twice as many, its hidden state and its cell
        options: `gamma` for "decay_memory"
    """

    def __init__(self, rung: str, d: int, *, size: int, **options: Any) -> None:
        super().__init__()
        self.rung, self.options = rung, _checked(rung, options)
        _require.count("size", size)
        if rung == "lstm":
            self.write: nn.Module = nn.LSTM(d, size, batch_first=True)
        else:
            self.write = nn.Linear(d, size, bias=False)
        self.read = nn.Linear(size, d, bias=False)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """x [B, T, d], state -> y [B, T, d], state."""
        if self.rung == "lstm":
            before = None if state is None else tuple(state[0].unbind())
            o, after = self.write(x, before)
            return self.read(o), (torch.stack(after),)
        call = getattr(memory, self.rung)
        o, after = call(
            self.write(x),
            **self.options,
            initial_state=None if state is None else state[0],
            output_final_state=True,
        )
        return self.read(o), (after,)


class Mixer(nn.Module):
    """A rung that has queries, keys and values, with the layers that make them and its gates.

    Keys see the token before as well: k_t comes from `x_{t-1} + shift (x_t - x_{t-1})`, shift
    learned from 0, so that a value can be written under the key that stands before it; what
    stands before the first token is learned, too. Where the memory is a matrix, queries and keys
    have length 1. Attention has a learned slope: the score of a token falls with its distance,
    which is all that it knows of order.

    Args:
        rung: one of `RUNGS` with queries, keys and values
        d: model size
        n_heads, key_size, value_size: H, K and V; V is d / H unless given
        n_hidden: M of "two_layer_memory", K unless given
        has_slope: whether attention has its slope
        options: what the rung takes besides: `window`, `sinks`, `ridge`
    """

    def __init__(
        self,
        rung: str,
        d: int,
        *,
        n_heads: int = 1,
        key_size: int = 16,
        value_size: int | None = None,
        n_hidden: int | None = None,
        has_slope: bool = True,
        **options: Any,
    ) -> None:
        super().__init__()
        self.rung, self.options, self.n_heads = rung, _checked(rung, options), n_heads
        self.key_size = key_size
        _require.count("n_heads", n_heads)
        V = d // n_heads if value_size is None else value_size
        M = key_size if n_hidden is None else n_hidden
        for name, size in {"key_size": key_size, "value_size": V, "n_hidden": M}.items():
            _require.count(name, size)
        self.q = nn.Linear(d, n_heads * key_size, bias=False)
        self.k = nn.Linear(d, n_heads * key_size, bias=False)
        self.v = nn.Linear(d, n_heads * V, bias=False)
        self.out = nn.Linear(n_heads * V, d, bias=False)
        self.shift = nn.Parameter(torch.zeros(d))
        self.before = nn.Parameter(torch.randn(d))  # with 0 the first key would have no direction
        self.gates = nn.ModuleDict()
        for gate, start in _GATES[rung].items():
            is_vector = (rung, gate) == ("vector_decay", "g")
            layer = nn.Linear(d, n_heads * (key_size if is_vector else 1))
            nn.init.constant_(layer.bias, start)
            self.gates[gate] = layer
        has_slope = has_slope and rung in _CACHES
        self.slope = nn.Parameter(torch.full((n_heads,), -2.0)) if has_slope else None
        if rung == "two_layer_memory":
            units = torch.randn(n_heads, M, key_size + V) * key_size**-0.5
            self.weights = nn.Parameter(units)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """x [B, T, d], state -> y [B, T, d], state."""
        B, T, d = x.shape
        start = self._start(B), self.before.expand(B, 1, d), torch.tensor(0)
        before, last, n_seen = state or start
        x_before = torch.cat([last, x], dim=1)[:, :-1]
        q, k, v = self.q(x), self.k(x_before + self.shift * (x - x_before)), self.v(x)
        q, k, v = (y.unflatten(-1, (self.n_heads, -1)) for y in (q, k, v))  # [B, T, H, K or V]
        scale = 1.0
        if self.rung in _CACHES:
            scale = q.shape[-1] ** -0.5
        else:
            q, k = normalize(q, dim=-1), normalize(k, dim=-1)
        if self.slope is not None:
            q, k = self._with_slope(q, k, n_seen, softplus(self.slope) / scale)
        gates = {name: self._gate(name, x) for name in self.gates}
        if "write" in gates:
            v = v * gates.pop("write")[..., None]
        call = getattr(memory, self.rung)
        o, after = call(
            q,
            k,
            v,
            **gates,
            **self.options,
            scale=scale,
            initial_state=before,
            output_final_state=True,
        )
        return self.out(o.flatten(-2)), (after, torch.cat([last, x], dim=1)[:, -1:], n_seen + T)

    def _start(self, B: int) -> Tensor | None:
        if self.rung != "two_layer_memory":
            return None
        weights = self.weights.expand(B, *self.weights.shape)
        return torch.cat([weights, torch.zeros_like(weights)], dim=-1)

    def _gate(self, name: str, x: Tensor) -> Tensor:
        gate = _SQUASH[name](self.gates[name](x))
        if (self.rung, name) == ("vector_decay", "g"):
            gate = gate.unflatten(-1, (self.n_heads, -1))
        return gate

    def _with_slope(
        self, q: Tensor, k: Tensor, n_seen: Tensor, slope: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scores with `- slope (t - j)`: t is the same for all j, so `slope j` in the key does."""
        place = n_seen + torch.arange(q.shape[1], device=q.device)  # [T]
        height = (place[:, None] * slope).expand(*q.shape[:-1])[..., None]  # [B, T, H, 1]
        return torch.cat([q, torch.ones_like(height)], dim=-1), torch.cat([k, height], dim=-1)


def _own(rung: str) -> dict[str, Any]:
    """What a rung takes besides its gates, and its default."""
    parameters = inspect.signature(getattr(memory, rung, lambda: None)).parameters
    others = {"scale", "initial_state", "output_final_state", *_GATES.get(rung, ())}
    return {
        name: parameter.default
        for name, parameter in parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and name not in others
    }


def _checked(rung: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options, if they are those that the rung takes besides its gates, and all of them."""
    own = _own(rung)
    for name in options:
        if name not in own:
            hint = f"Its own: {', '.join(own) or 'none'}."
            _require.refuse("options", f"those of {rung}", name, hint, TypeError)
    for name, default in own.items():
        if default is inspect.Parameter.empty:
            _require.number(name, options.get(name))
    return options


class Model(nn.Module):
    """Tokens in, logits of answers out; in between one or more blocks `x + mixer(norm(x))`.

    Args:
        rung: one of `RUNGS`, or several, each for a block of its own
        n_tokens: how many different tokens there are
        n_answers: how many different answers
        d: model size
        n_blocks: how many times the rung, or all of them, stand one after the other
        seed: fixes the first weights; the global random state stays as it is
        options: of the mixer, `Mixer` or `VectorMixer`; of several rungs each takes its own
    Raises: TypeError, ValueError naming the argument.
    """

    def __init__(
        self,
        rung: str | Sequence[str],
        *,
        n_tokens: int,
        n_answers: int,
        d: int = 64,
        n_blocks: int = 1,
        seed: int = 0,
        **options: Any,
    ) -> None:
        super().__init__()
        rungs = [rung] if isinstance(rung, str) else [*rung]
        for name in rungs:
            _require.one_of("rung", name, RUNGS)
        named = {"n_tokens": n_tokens, "n_answers": n_answers, "d": d, "n_blocks": n_blocks}
        for name, value in named.items():
            _require.count(name, value)
        _require.count("seed", seed, 0)
        owned = {name: set(_own(name)) for name in rungs}
        foreign = {name: set().union(*owned.values()) - own for name, own in owned.items()}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.embedding = nn.Embedding(n_tokens, d)
            self.mixers = nn.ModuleList(
                (Mixer if name in _GATES else VectorMixer)(
                    name, d, **{o: value for o, value in options.items() if o not in foreign[name]}
                )
                for name in rungs * n_blocks
            )
            self.norms = nn.ModuleList(nn.LayerNorm(d) for _ in self.mixers)
            self.last_norm = nn.LayerNorm(d)
            self.answer = nn.Linear(d, n_answers, bias=False)

    def forward(
        self, tokens: Tensor, states: Sequence[State] | None = None
    ) -> tuple[Tensor, list[State]]:
        """Tokens [B, T], the states of the blocks -> logits [B, T, n_answers], the states now."""
        x = self.embedding(tokens)
        before: Sequence[State | None] = states or [None] * len(self.mixers)
        after = []
        for mixer, norm, state in zip(self.mixers, self.norms, before, strict=True):
            y, state = mixer(norm(x), state)
            x = x + y
            after.append(state)
        return self.answer(self.last_norm(x)), after


def state_size(model: Model, n_tokens: int) -> int:
    """How many numbers the memories of a model hold after reading so many tokens, by counting.

    Not counted is what can be computed again, the place of a cached token, and the one token that
    the keys of the first block look back to. Later blocks look back to d numbers: they count.

    Args:
        model: any
        n_tokens: T
    Raises: TypeError, ValueError naming the argument.
    """
    _require.count("n_tokens", n_tokens)
    with torch.no_grad():
        _, states = model(torch.zeros(1, n_tokens, dtype=torch.long))
    size = 0
    for i, (mixer, state) in enumerate(zip(model.mixers, states, strict=True)):
        size += _without_places(mixer, state[0]).numel()
        size += state[1].numel() if i and len(state) > 1 else 0
    return size


def _without_places(mixer: Any, state: Tensor) -> Tensor:
    """A memory without the column of a cache that says where each token stood."""
    if getattr(mixer, "slope", None) is None:
        return state
    return torch.cat([state[..., : mixer.key_size], state[..., mixer.key_size + 1 :]], dim=-1)


def width(rung: str | Sequence[str], n_parameters: int, **options: Any) -> int:
    """The model size d at which a `Model` comes closest to so many parameters.

    Args:
        rung: of `Model`
        n_parameters: wanted
        options: of `Model`, besides d
    Raises: TypeError, ValueError naming the argument; ValueError, too, where even the narrowest
        model has more.
    """

    def count(d: int) -> int:
        with torch.device("meta"):  # nothing is allocated or drawn
            model = Model(rung, d=d, **options)
        return sum(weight.numel() for weight in model.parameters())

    _require.count("n_parameters", n_parameters, count(_NARROWEST), hint="Or a smaller memory.")
    above = bisect_left(range(n_parameters), n_parameters, lo=_NARROWEST, key=count)
    return min(max(above - 1, _NARROWEST), above, key=lambda d: abs(count(d) - n_parameters))


def recall_loss(model: nn.Module, batch: Recall) -> Tensor:
    """Cross-entropy of the answers to the keys that a batch of texts asks for at its end.

    Args:
        model: tokens [B, T] -> logits [B, T, n_answers], and states
        batch: of `tasks.mqar`
    """
    logits = model(batch.tokens)[0][:, -batch.answers.shape[1] :]  # [B, N, n_answers]
    return cross_entropy(logits.flatten(0, 1), batch.answers.flatten())


def recalled(model: nn.Module, batch: Recall, *, bits: int | None = None) -> Tensor:
    """The answers that a model gives to the keys asked for: [B, N], to compare with `answers`.

    Args:
        model: as in `recall_loss`
        batch: of `tasks.mqar`
        bits: before the first question every number of the state is rounded to one of 2^bits - 1
            values, evenly spaced from minus to plus the largest of its text; None leaves it alone
    Raises: ValueError for fewer than 2 bits.
    """
    first = batch.tokens.shape[1] - batch.answers.shape[1]  # question
    with torch.no_grad():
        if bits is None:
            logits: Tensor = model(batch.tokens)[0][:, first:]
        else:
            _require.count("bits", bits, 2)
            states = model(batch.tokens[:, :first])[1]
            logits = model(batch.tokens[:, first:], _rounded(model, states, bits))[0]
    return logits.argmax(dim=-1)


def _rounded(model: Any, states: Sequence[State], bits: int) -> list[State]:
    """The states with what `state_size` counts in so many bits, all else as it was."""
    after = []
    for i, (mixer, (state, *others)) in enumerate(zip(model.mixers, states, strict=True)):
        rounded = _in_bits(_without_places(mixer, state), bits, 2 if mixer.rung == "lstm" else 0)
        if rounded.shape != state.shape:
            place = state[..., mixer.key_size, None]
            K = mixer.key_size
            rounded = torch.cat([rounded[..., :K], place, rounded[..., K:]], dim=-1)
        if i and others:
            others[0] = _in_bits(others[0], bits)
        after.append((rounded, *others))
    return after


def _in_bits(x: Tensor, bits: int, batch_dim: int = 0) -> Tensor:
    others = [i for i in range(x.ndim) if i != batch_dim]
    largest = x.abs().amax(dim=others, keepdim=True).clamp_min(torch.finfo(x.dtype).tiny)
    levels = 2 ** (bits - 1) - 1  # on either side of 0
    rounded: Tensor = (x / largest * levels).round() / levels * largest
    return rounded
