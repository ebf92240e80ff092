"""Lesson 09: what a model is asked, the next token or a hidden one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, nll_loss

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal
from lcutils.checking.syntax import written

_NOBODY = -100


def next_token_loss(logits: Tensor, tokens: Tensor) -> Tensor:
    """logits: [B, T, N], tokens: [B, T] -> mean cross-entropy of tokens 2 to T: []"""
    return _loss(logits[:, :-1], tokens[:, 1:])


def mask_tokens(tokens: Tensor, dice: Tensor, others: Tensor, hidden: int) -> Tensor:
    """tokens, dice, others: [B, T] -> what is read, and what is wanted: [2, B, T]"""
    return _masked(tokens, dice, others, hidden)


def _loss(logits: Tensor, tokens: Tensor, reduction: str = "mean") -> Tensor:
    return cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction=reduction)


def _seen(
    tokens: Tensor, dice: Tensor, others: Tensor, hidden: int, at: float = 0.12, to: float = 0.135
) -> Tensor:
    return torch.where(dice < at, hidden, torch.where(dice < to, others, tokens))


def _wanted(tokens: Tensor, dice: Tensor, below: float = 0.15, nobody: int = _NOBODY) -> Tensor:
    return torch.where(dice < below, tokens, nobody)


def _masked(t: Tensor, dice: Tensor, o: Tensor, h: int, **change: float) -> Tensor:
    return torch.stack([_seen(t, dice, o, h, **change), _wanted(t, dice)])


def _draw_logits(rng: torch.Generator, B: int, T: int, N: int) -> Inputs:
    return normal(rng, B, T, N), torch.randint(N, (B, T), generator=rng)


def _draw_tokens(rng: torch.Generator, B: int, T: int, N: int) -> Inputs:
    kinds = torch.tensor([0.05, 0.09, 0.117, 0.122, 0.126, 0.133, 0.137, 0.145, 0.148, 0.16, 0.5])
    kinds = torch.cat([kinds, torch.tensor([0.7, 0.79, 0.85, 0.95])])
    dice = kinds[torch.rand(B * T + len(kinds), generator=rng).argsort() % len(kinds)][: B * T]
    tokens = torch.randint(N, (B, T), generator=rng)
    others = (tokens + torch.randint(1, N, (B, T), generator=rng)) % N  # never the same
    return tokens, dice.view(B, T), others, N


ENTRIES = (
    FunctionExercise(
        "09.next_token_loss",
        next_token_loss,
        worked=(
            torch.tensor([[[0.0, 1, 2], [3, 0, 0], [1, 1, 0], [0, 2, 0]]]),
            torch.tensor([[1, 2, 0, 1]]),
        ),
        draw=_draw_logits,
        sizes=({"B": 1, "T": 2, "N": 3}, {"B": 3, "T": 4, "N": 5}, {"B": 2, "T": 6, "N": 4}),
        given="return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens.flatten())",
        mistakes={
            "Row t has read token t, and token t is what it is asked for: it sees its target.": (
                lambda a, t: _loss(a, t)
            ),
            "Row t is still asked for token t; the last place alone was dropped.": lambda a, t: (
                _loss(a[:, :-1], t[:, :-1])
            ),
            "Row t is still asked for token t; the first place alone was dropped.": lambda a, t: (
                _loss(a[:, 1:], t[:, 1:])
            ),
            "The wrong way round: row t is asked for token t - 1, which it has read.": (
                lambda a, t: _loss(a[:, 1:], t[:, :-1])
            ),
            "`roll` wraps around: the last row is asked for the first token.": lambda a, t: _loss(
                a, t.roll(-1, 1)
            ),
            "Rolled the wrong way: row t is asked for token t - 1, and the first for the last.": (
                lambda a, t: _loss(a, t.roll(1, 1))
            ),
            "Only the last token is asked for; each but the first is.": lambda a, t: cross_entropy(
                a[:, -2], t[:, -1]
            ),
            "Only the second token is asked for; each but the first is.": lambda a, t: (
                cross_entropy(a[:, 0], t[:, 1])
            ),
            "This is the sum; wanted is the mean.": lambda a, t: _loss(a[:, :-1], t[:, 1:], "sum"),
            "It is divided by the number of texts; the mean is over all tokens asked for.": (
                lambda a, t: _loss(a[:, :-1], t[:, 1:], "sum") / len(t)
            ),
            "It is divided by all B T tokens; nobody is asked for the first of each text.": (
                lambda a, t: _loss(a[:, :-1], t[:, 1:], "sum") / t.numel()
            ),
            "This is one loss a token; wanted is their mean.": lambda a, t: _loss(
                a[:, :-1], t[:, 1:], "none"
            ),
            "The sign: a loss is -log p.": lambda a, t: -_loss(a[:, :-1], t[:, 1:]),
            "This is in bits; cross-entropy is in nats.": lambda a, t: (
                _loss(a[:, :-1], t[:, 1:]) / torch.tensor(2.0).log()
            ),
            "`nll_loss` takes log-probabilities: `log_softmax` comes first.": lambda a, t: nll_loss(
                a[:, :-1].flatten(0, 1), t[:, 1:].flatten()
            ),
            "Shifted by two: row t is asked for token t + 2.": lambda a, t: _loss(
                a[:, :-2], t[:, 2:]
            ),
            "The softmax is there twice: cross_entropy takes logits.": lambda a, t: _loss(
                a[:, :-1].softmax(2), t[:, 1:]
            ),
            "Only the first axis was shifted, and that counts the texts; the tokens lie on the "
            "second.": lambda a, t: _loss(a[:-1], t[1:]),
            "Shifted once all texts lie in one row: the last of a text is asked for the first of "
            "the next.": lambda a, t: cross_entropy(a.flatten(0, 1)[:-1], t.flatten()[1:]),
            "Logits and tokens are laid out in different orders: places meet other texts.": (
                lambda a, t: _loss(a[:, :-1], t[:, 1:].mT)
            ),
        },
        hints=(
            "Row t of the logits has read tokens 1 to t. Which token should it name?",
            "Drop the last row of the logits, and the first token.",
        ),
        slips=(
            Slip(
                "The logits are flattened and the tokens are not: flatten both.",
                written(r"(flatten|reshape|view)\([^()]*\), tokens\[[^\]]*\]\)"),
                "def next_token_loss(logits, tokens):\n"
                "    return torch.nn.functional.cross_entropy("
                "logits[:, :-1].flatten(0, 1), tokens[:, 1:])\n",
            ),
            Slip(
                "cross_entropy looks for the N scores on axis 1: flatten texts and places, or "
                "transpose.",
                written(
                    r"cross_entropy\(", unless=r"flatten|reshape|view|transpose|mT|permute|\bfor\b"
                ),
                "def next_token_loss(logits, tokens):\n"
                "    return torch.nn.functional.cross_entropy(logits[:, :-1], tokens[:, 1:])\n",
            ),
        ),
        meaning="No row is asked for what it has read.",
    ),
    FunctionExercise(
        "09.mask_tokens",
        mask_tokens,
        worked=(
            torch.tensor([[3, 1, 4, 0, 2, 5]]),
            torch.tensor([[0.05, 0.4, 0.125, 0.14, 0.9, 0.11]]),
            torch.tensor([[2, 2, 1, 4, 3, 0]]),
            9,
        ),
        draw=_draw_tokens,
        sizes=({"B": 1, "T": 15, "N": 4}, {"B": 4, "T": 9, "N": 5}, {"B": 3, "T": 14, "N": 7}),
        mistakes={
            "Every token is asked for, those that can be read as well: -100 where dice is 0.15 or "
            "more.": lambda t, d, o, h: torch.stack([_seen(t, d, o, h), t]),
            "Wanted is what is read, hidden marks and all; wanted are the true tokens.": (
                lambda t, d, o, h: torch.stack([_seen(t, d, o, h), _wanted(_seen(t, d, o, h), d)])
            ),
            "The wrong way round: asked for are the tokens that were left alone.": (
                lambda t, d, o, h: torch.stack(
                    [_seen(t, d, o, h), torch.where(d < 0.15, _NOBODY, t)]
                )
            ),
            "Only hidden tokens are asked for; so are those replaced and those kept.": (
                lambda t, d, o, h: torch.stack([_seen(t, d, o, h), _wanted(t, d, 0.12)])
            ),
            "Hiding alone: 1 in 10 is replaced by others, and both tenths are asked for, too.": (
                lambda t, d, o, h: torch.stack([torch.where(d < 0.12, h, t), _wanted(t, d, 0.12)])
            ),
            "-100 is no token that can be read: what is hidden becomes `hidden`.": (
                lambda t, d, o, h: torch.stack([_seen(t, d, o, _NOBODY), _wanted(t, d)])
            ),
            "The tenth that is kept is asked for as well: else the model knows that what it sees "
            "is never wanted.": lambda t, d, o, h: torch.stack(
                [_seen(t, d, o, h), _wanted(t, d, 0.135)]
            ),
            "All that are asked for are hidden; 8 in 10 are.": lambda t, d, o, h: _masked(
                t, d, o, h, at=0.15, to=0.15
            ),
            "Nothing is kept: 2 in 10 are replaced; 1 in 10 is, and 1 in 10 stays.": (
                lambda t, d, o, h: _masked(t, d, o, h, to=0.15)
            ),
            "Nothing is replaced by others: 1 in 10 is.": lambda t, d, o, h: _masked(
                t, d, o, h, to=0.12
            ),
            "8 in 10 of all tokens are hidden; it is 8 in 10 of the 15 in 100.": (
                lambda t, d, o, h: _masked(t, d, o, h, at=0.8, to=0.9)
            ),
            "All tokens are asked for, and 8 in 10 of them hidden; asked for are 15 in 100.": (
                lambda t, d, o, h: torch.stack([_seen(t, d, o, h, 0.8, 0.9), t])
            ),
            "Hidden and replaced have changed places: below 0.12 it is `hidden`.": (
                lambda t, d, o, h: torch.stack(
                    [torch.where(d < 0.12, o, torch.where(d < 0.135, h, t)), _wanted(t, d)]
                )
            ),
            "Kept and replaced have changed places: from 0.12 to 0.135 it is the other token.": (
                lambda t, d, o, h: torch.stack(
                    [
                        torch.where(d < 0.12, h, torch.where((d >= 0.135) & (d < 0.15), o, t)),
                        _wanted(t, d),
                    ]
                )
            ),
            "The other token overwrites `hidden`, which belongs below 0.12.": (
                lambda t, d, o, h: torch.stack([torch.where(d < 0.135, o, t), _wanted(t, d)])
            ),
            "Nothing is hidden or replaced: the model reads what it is asked for.": (
                lambda t, d, o, h: torch.stack([t, _wanted(t, d)])
            ),
            "Only the tenth that is kept is asked for; so are those hidden and those replaced.": (
                lambda t, d, o, h: torch.stack(
                    [_seen(t, d, o, h), torch.where(d >= 0.135, _wanted(t, d), _NOBODY)]
                )
            ),
            "-100 belongs in what is wanted; what is read holds tokens everywhere.": (
                lambda t, d, o, h: torch.stack(
                    [torch.where(d < 0.15, _seen(t, d, o, h), _NOBODY), _wanted(t, d)]
                )
            ),
            "The sign: cross-entropy skips -100, not 100.": lambda t, d, o, h: torch.stack(
                [_seen(t, d, o, h), _wanted(t, d, nobody=100)]
            ),
            "0 is a token like others; nobody is asked where -100 stands.": (
                lambda t, d, o, h: torch.stack([_seen(t, d, o, h), _wanted(t, d, nobody=0)])
            ),
            "`hidden` is asked for where nothing is wanted; -100 belongs there.": (
                lambda t, d, o, h: torch.stack([_seen(t, d, o, h), _wanted(t, d, nobody=h)])
            ),
            "What is wanted stands first; what is read should.": lambda t, d, o, h: mask_tokens(
                t, d, o, h
            ).flip(0),
            "This is what is read; what is wanted belongs with it: stack the two.": (
                lambda t, d, o, h: _seen(t, d, o, h)
            ),
            "The two stand side by side on another axis: `torch.stack([...])` alone makes the "
            "first.": lambda t, d, o, h: mask_tokens(t, d, o, h).transpose(0, 1),
            "Put end to end; `torch.stack` makes an axis of their own.": lambda t, d, o, h: (
                mask_tokens(t, d, o, h).flatten(0, 1)
            ),
            "Above for below: asked for are tokens whose dice are small.": lambda t, d, o, h: (
                mask_tokens(t, 1 - d, o, h)
            ),
        },
        hints=(
            "0.15 times 0.8 is 0.12, and one tenth of 0.15 more makes 0.135. "
            "`torch.where(dice < 0.12, hidden, ...)` takes the first case.",
            "What is wanted is `torch.where(dice < 0.15, tokens, -100)`; stack the two.",
        ),
        has_gradient=False,
        meaning="15 in 100 are asked for, among them tokens that can be read: the model must judge "
        "each of these, too.",
    ),
)
