"""What a memory holds and answers after each fact of a story: computed once, then looked up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from lcutils import _require, memory

TORN = 0.15  # what an answer needs above 0, and above all others

State = Literal["right", "wrong", "open"]


class Rung(NamedTuple):
    """What is drawn of a rung's state, and the rule by which it changes."""

    kind: Literal["vector", "matrix", "cache"]
    rule: str
    gates: tuple[str, ...] = ()


RUNGS = {
    "additive_memory": Rung("vector", "c + x"),
    "decay_memory": Rung("vector", "γ c + x", ("gamma",)),
    "linear_attention": Rung("matrix", "S + k vᵀ"),
    "scalar_decay": Rung("matrix", "γ S + k vᵀ", ("g",)),
    "vector_decay": Rung("matrix", "diag(α) S + k vᵀ", ("g",)),
    "delta_rule": Rung("matrix", "S + β k (v − Sᵀk)ᵀ", ("beta",)),
    "gated_delta_rule": Rung("matrix", "γ S + β k (v − γ Sᵀk)ᵀ", ("g", "beta")),
    "momentum_rule": Rung("matrix", "γ S + N, N = m N + β k (v − Sᵀk)ᵀ", ("lr", "momentum", "g")),
    "least_squares": Rung("matrix", "S + P k (v − Sᵀk)ᵀ / (1 + kᵀPk)"),
    "full_attention": Rung("cache", "keeps every k, v"),
    "window_attention": Rung("cache", "keeps the last k, v", ("window",)),
}
UNSEEN = {
    "two_layer_memory": "Its state is the weights of two layers: no row of them is a value, so "
    "that their picture would not tell what they keep."
}


class Settings(NamedTuple):
    """Numbers that rungs are given, the same at every step."""

    beta: float
    gamma: float
    momentum: float
    ridge: float
    window: int
    sharpness: float


class Answer(NamedTuple):
    """What a memory answers."""

    how: str
    values: tuple[str, ...]  # which come into question, if any
    state: State

    @property
    def named(self) -> str:
        """The values in words: `Oslo, Rome or Kyiv`."""
        return " or ".join(filter(None, (", ".join(self.values[:-1]), *self.values[-1:])))

    @property
    def words(self) -> str:
        """All of it in words: `Rome, right`, `torn: Oslo or Rome`."""
        if len(self.values) > 1:
            return f"{self.how}: {self.named}"
        return ", ".join((*self.values, self.how))


class Trace:
    """A rung's states and answers; index t is after t facts."""

    def __init__(
        self,
        name: str,
        facts: Sequence[tuple[str, str]],
        values: Sequence[str],
        keys: dict[str, Tensor],
        settings: Settings,
    ) -> None:
        """Read `facts`, pairs; a vector memory stores the first of each.

        Args:
            values: all candidates for an answer; each is a row of the identity
            keys: [K] for each name
        """
        rung = RUNGS[name]
        self.kind, self.title = rung.kind, name.replace("_", " ")
        self.rule = rung.rule.replace("last", f"last {settings.window}")
        self.facts, self.values, self.keys = facts, values, keys
        self._sharpness = settings.sharpness
        K, V = len(next(iter(keys.values()))), len(values)
        gates = _gates(name, settings, K)
        self.left = _left(gates)
        self.letter = "c" if rung.kind == "vector" else "Sᵀ"
        self.found = self.letter if (self.left == 1).all() else f"{settings.gamma:g} {self.letter}"
        if name == "vector_decay" and settings.gamma < 1:
            self.found = "Sᵀ diag(α)"
        codes = dict(zip(values, torch.eye(V), strict=True))
        step: Callable[..., tuple[Tensor, Tensor]] = getattr(memory, f"{name}_step")
        state = _empty(name, K, V, settings.ridge)
        whole = [state]
        for told, value in facts:
            k = keys[told][None]  # [1, K]
            given = (k,) if self.kind == "vector" else (k[None], k[None], codes[value][None, None])
            _, state = step(*given, state, **gates)
            whole.append(state)
        self.sizes = [state.numel() for state in whole]
        self.states = [self._drawn(name, state, K, V) for state in whole]
        self._answers = [
            {who: self._read(S, key) for who, key in keys.items()} for S in self.states
        ]

    def _drawn(self, name: str, state: Tensor, K: int, V: int) -> Tensor:
        """What the picture shows: c [K], S [K, V], or a cache [N, K + V]."""
        if self.kind == "vector":
            return state[0]
        if self.kind == "cache":
            return state[0, :, 0]
        start = K if name == "least_squares" else 0  # P stands before S, the last step behind it
        return state[0, 0, :, start : start + V]

    def _read(self, state: Tensor, key: Tensor) -> dict[str, float]:
        if self.kind == "vector":
            read = torch.stack([self.keys[value] for value in self.values]) @ state
        elif self.kind == "cache":
            read = self._weights(state, key) @ state[:, len(key) :]
        else:
            read = key @ state
        return dict(zip(self.values, read.tolist(), strict=True))

    def _weights(self, cache: Tensor, key: Tensor) -> Tensor:
        return (self._sharpness * cache[:, : len(key)] @ key).softmax(dim=0)

    def weights(self, t: int, ask: str) -> list[float]:
        """How much each pair of a cache counts for the answer."""
        weights: list[float] = self._weights(self.states[t], self.keys[ask]).tolist()
        return weights

    def kept(self, t: int) -> Sequence[tuple[str, str]]:
        """The facts that a cache holds."""
        return self.facts[t - len(self.states[t]) : t]

    def parts(self, t: int) -> tuple[Tensor, Tensor, Tensor]:
        """What fact t found, as it has faded; what it wrote; and the sum of the two."""
        before, after = self.left * self.states[t - 1], self.states[t]
        return before, after - before, after

    def shares(self, t: int) -> dict[str, float]:
        """How much of its key, or against it, fact t wrote into the row of each value."""
        written = self.keys[self.facts[t - 1][0]] @ self.parts(t)[1]
        return dict(zip(self.values, written.tolist(), strict=True))

    def answers(self, t: int, ask: str) -> dict[str, float]:
        """How well each value agrees with what `ask` reads."""
        return self._answers[t][ask]

    def extent(self) -> tuple[float, float]:
        """The smallest and the largest agreement."""
        found = [x for now in self._answers for read in now.values() for x in read.values()]
        return min(found), max(found)

    def right(self, t: int, ask: str) -> set[str]:
        """The value told last; of a vector memory, all that was told."""
        if self.kind == "vector":
            return {name for name, _ in self.facts[:t]}
        return set([value for name, value in self.facts[:t] if name == ask][-1:])

    def old(self, t: int, ask: str) -> set[str]:
        """Values that were right before."""
        if self.kind == "vector":
            return set()
        return {value for name, value in self.facts[:t] if name == ask} - self.right(t, ask)

    def verdict(self, t: int, ask: str) -> Answer:
        """What is answered after t facts, and how that is to be seen.

        An answer is the value with the best agreement, if that is at least `TORN` and at least
        `TORN` above the next; else all that come so near to it are named, or none.
        """
        right, answers = self.right(t, ask), self.answers(t, ask)
        if not right:
            return Answer("not told yet", (), "open")
        if self.kind == "vector":
            return self._recognised(right, answers)
        top = max(answers.values())
        best = tuple(value for value in self.values if top - answers[value] < TORN)
        if top < TORN:
            return Answer("too faint to tell", (), "open")
        if len(best) > 1:
            return Answer("torn", best, "open")
        if best[0] in right:
            return Answer("right", best, "right")
        return Answer("out of date" if best[0] in self.old(t, ask) else "wrong", best, "wrong")

    def _recognised(self, right: set[str], answers: dict[str, float]) -> Answer:
        """Of a vector memory: how many of what it was told are above all that it was not."""
        strangers = [answers[value] for value in answers if value not in right]
        if not strangers:
            return Answer("nothing untold to compare with", (), "open")
        found = sum(answers[value] > max(strangers) for value in right)
        words = f"{found} of {len(right)} above all others"
        return Answer(words, (), "right" if found == len(right) else "wrong")

    def lead(self, t: int, ask: str) -> float | None:
        """By how much the right answer is above all wrong ones; None if there is none."""
        answers, right = self.answers(t, ask), self.right(t, ask)
        own = right & {ask} if self.kind == "vector" else right
        if not own:
            return None
        wrong = [score for value, score in answers.items() if value not in right]
        return max(answers[value] for value in own) - max(wrong, default=0.0)

    def summary(self) -> str:
        """What it answers to each name after all facts, with the best agreement."""
        T, names = len(self.facts), list(self.keys)
        if self.kind == "vector":
            return f"{self.title}, {self.sizes[T]} numbers: {self.verdict(T, names[0]).words}."
        said = [
            f"{name}? {self.verdict(T, name).words} ({max(self.answers(T, name).values()):.2f})"
            for name in names
        ]
        return f"{self.title}, {self.sizes[T]} numbers: {'; '.join(said)}."


def check(names: object) -> list[str]:
    """The rungs to be watched: one, or two of which both keep pairs or both keep vectors."""
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list | tuple):
        _require.refuse("rungs", "one or two rungs", _require.kind_of(names), error=TypeError)
    _require.count("rungs", len(listed), 1, 2, "Two fit below each other.")
    for name in listed:
        _require.one_of("rungs", name, RUNGS, UNSEEN.get(str(name), ""))
    vectors = [name for name in listed if RUNGS[name].kind == "vector"]
    if 0 < len(vectors) < len(listed):
        hint = f"{vectors[0]} keeps items, the other one pairs."
        _require.refuse("rungs", "two that keep the same", " and ".join(listed), hint)
    return list(listed)


def _gates(name: str, settings: Settings, K: int) -> dict[str, Any]:
    """The arguments of a step, besides what it reads and the state."""
    one = torch.ones(1, 1)  # [B, H]
    fade = settings.gamma * one
    if name == "vector_decay":  # each of a key's numbers has its own
        fade = torch.linspace(settings.gamma, 1, K)[None, None]
    known = {
        "gamma": settings.gamma,
        "g": fade.log(),
        "beta": settings.beta * one,
        "lr": settings.beta * one,
        "momentum": settings.momentum * one,
        "window": settings.window,
    }
    gates = {gate: known[gate] for gate in RUNGS[name].gates}
    if RUNGS[name].kind != "vector":
        gates["scale"] = settings.sharpness if RUNGS[name].kind == "cache" else 1.0
    return gates


def _left(gates: dict[str, Any]) -> Tensor:
    """What a step leaves of the state: one number, or [K, 1]."""
    if "g" not in gates:
        return torch.tensor(gates.get("gamma", 1.0))
    left: Tensor = gates["g"].exp()
    return left.reshape(-1, 1)


def _empty(name: str, K: int, V: int, ridge: float) -> Tensor:
    """The state before the first fact, without the axes of batch and head being more than 1."""
    kind = RUNGS[name].kind
    if kind == "vector":
        return torch.zeros(1, K)
    if kind == "cache":
        return torch.zeros(1, 0, 1, K + V)
    if name == "least_squares":
        return torch.cat([torch.eye(K) / ridge, torch.zeros(K, V)], dim=-1)[None, None]
    return torch.zeros(1, 1, K, 2 * V if name == "momentum_rule" else V)
