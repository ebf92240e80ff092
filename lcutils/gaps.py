"""An experiment of lesson 09: who fills in a letter of prose, a decoder, an encoder, or counts."""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lcutils import _require, text, train
from lcutils.transformer import Transformer

T = 48  # letters a window
PLACE = 36  # of the letter that is asked for, counted from 0
N = len(text.SIGNS)
HIDDEN = N  # the token that stands where a letter is hidden


@functools.cache
def windows() -> tuple[Tensor, Tensor, Tensor]:
    """Prose to train on, to choose by and to judge by, [B, T] each, no file in two of them."""
    first, chosen, judged = text.split(text.paragraphs(), 0.75, 0.87)
    return text.windows(first, T), text.windows(chosen, T), text.windows(judged, T)


def trained(*, is_causal: bool, steps: int, lr: float, seed: int) -> Transformer:
    """One block of 48 numbers a token, trained on windows of 48 letters, 16 a step.

    Args:
        is_causal: a decoder learns to name each next letter, an encoder those that are hidden
        steps, lr, seed: of `train.fit`; the seed fixes the first weights, too
    Raises: TypeError, ValueError naming the argument.
    """
    model = Transformer(N + 1, is_causal=is_causal, d=48, n_blocks=1, seed=seed)
    loss = next_loss if is_causal else hidden_loss
    train.fit(model, loss, steps=steps, seed=seed, lr=lr)
    return model


def next_loss(model: nn.Module, rng: torch.Generator) -> Tensor:
    """Mean cross-entropy of every letter but a window's first, from those before it.

    Args:
        model: a decoder
        rng: draws the windows
    """
    tokens = _drawn(rng)
    return cross_entropy(model(tokens)[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())


def hidden_loss(model: nn.Module, rng: torch.Generator) -> Tensor:
    """Mean cross-entropy of 15 letters in a hundred, most of which are hidden.

    Args:
        model: an encoder
        rng: draws the windows, and what is hidden
    """
    tokens = _drawn(rng)
    dice = torch.rand(tokens.shape, generator=rng)
    others = torch.randint(N, tokens.shape, generator=rng)
    seen = torch.where(dice < 0.12, HIDDEN, torch.where(dice < 0.135, others, tokens))
    wanted = torch.where(dice < 0.15, tokens, -100)  # -100 is asked by nobody
    return cross_entropy(model(seen).flatten(0, 1), wanted.flatten())


def _drawn(rng: torch.Generator) -> Tensor:
    prose, _, _ = windows()
    return prose[torch.randint(len(prose), (16,), generator=rng)]


@torch.no_grad()
def from_left(model: Transformer, tokens: Tensor) -> Tensor:
    """Logits [B, N] of the letter at `PLACE`, from those before it.

    Args:
        model: a decoder
        tokens: [B, T] windows
    Raises: ValueError for an encoder.
    """
    if not model.is_causal:
        _require.refuse("model", "a decoder", "an encoder", "It reads both sides: from_both.")
    logits: Tensor = model(tokens[:, :PLACE])
    return logits[:, -1, :N]


@torch.no_grad()
def from_both(model: Transformer, tokens: Tensor) -> Tensor:
    """Logits [B, N] of the letter at `PLACE`, which an encoder sees hidden.

    Args:
        model: an encoder
        tokens: [B, T] windows
    Raises: ValueError for a decoder.
    """
    if model.is_causal:
        _require.refuse("model", "an encoder", "a decoder", "It reads the left side: from_left.")
    seen = tokens.clone()
    seen[:, PLACE] = HIDDEN
    logits: Tensor = model(seen)
    return logits[:, PLACE, :N]


@torch.no_grad()
def by_trying(model: Transformer, tokens: Tensor) -> Tensor:
    """Logits [B, N] of the letter at `PLACE`: the log-probability of the whole text with each.

    Args:
        model: a decoder
        tokens: [B, T] windows
    Raises: ValueError for an encoder.
    """
    if not model.is_causal:
        _require.refuse("model", "a decoder", "an encoder", "Only it has a text's probability.")
    found = []
    for letter in range(N):
        tried = tokens.clone()
        tried[:, PLACE] = letter
        found.append(-losses(model, tried)[:, PLACE - 1 :].sum(dim=1))  # before it, all are alike
    return torch.stack(found, dim=1)


@torch.no_grad()
def losses(model: Transformer, tokens: Tensor) -> Tensor:
    """-ln p of each letter but the first, given those before it: [B, T - 1].

    Args:
        model: a decoder
        tokens: [B, T] letters
    """
    logits = model(tokens)[:, :-1]
    return cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")


def by_counts(tokens: Tensor, reach: int) -> Tensor:
    """Logits [B, N] of the letter at `PLACE`, by how often each stood between the same letters.

    Nearer neighbours come first: what they say counts as one sighting between more of them.

    Args:
        tokens: [B, T] windows
        reach: how many neighbours at each side are looked at, 0 to 6
    Source: a mean with what the shorter context says, as in Jelinek and Mercer (1980).
    """
    prose = windows()[0].flatten()
    p = (prose.bincount(minlength=N) + 1.0).expand(len(tokens), N)
    for k in range(1, reach + 1):
        counts = text.LetterCounts(prose, 2 * k)  # k letters, the one in the gap, k - 1 letters
        last = tokens[:, PLACE + k, None]  # what comes after these: [B, 1]
        found = []
        for letter in range(N):
            around = tokens[:, PLACE - k : PLACE + k].clone()
            around[:, k] = letter
            found.append(counts.after(around).gather(1, last))
        p = torch.cat(found, dim=1) + p / p.sum(dim=1, keepdim=True)
    return p.log()


def bits(logits: Tensor, tokens: Tensor) -> float:
    """Mean -log2 p of the letters at `PLACE`.

    Args:
        logits: [B, N] of these letters
        tokens: [B, T] windows
    """
    return cross_entropy(logits, tokens[:, PLACE]).item() / math.log(2)
